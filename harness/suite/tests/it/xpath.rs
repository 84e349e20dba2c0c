//! XPath on bodies and on values. What is expected here is what libxml2 answers.

use envparity_suite::Value;

use crate::support::Reply;

const LIBRARY: &str = r#"<?xml version="1.0"?>
<!DOCTYPE lib [<!ENTITY who "World">]>
<lib xmlns="http://d" xmlns:x="http://x"><!-- c --><?pi data?>
 <book id="a" price="10.5" xml:lang="en-GB"><title>One</title><x:tag>t</x:tag></book>
 <book id="b" price="7"><title>Two &amp; more</title><empty/></book>
 <plain xmlns="">Hello &who;! <b>bold</b> tail</plain><![CDATA[<raw>]]>
</lib>"#;

const PAGE: &str = r#"<!DOCTYPE html><html lang=en><head><title>T &eacute;</title><meta charset=utf-8></head>
<body class=a id="b"><h1>H</h1><p>one<p>two<br>three<ul><li>a<li>b</ul>
<table><tr><td>1<td>2<tr><th>x</table><INPUT name=q value="1&amp;2" disabled>
<script>if (a<b) { "</p>" }</script></body></html>"#;

fn library() -> Reply {
    Reply::new(LIBRARY).header("content-type", "application/xml")
}

fn page() -> Reply {
    Reply::new(PAGE).header("Content-Type", "text/html; charset=utf-8")
}

#[test]
fn nodes_are_counted() {
    for (path, nodes) in [
        ("//_:book", 2),
        ("//_:book[@price > 8]/@id", 1),
        ("//_:book | //plain | //_:book", 3),
        ("//x:tag/..", 1),
        ("//plain/preceding::_:book[1]/@id", 1),
        ("//processing-instruction('pi')", 1),
        ("//comment()", 1),
        ("//_:title[lang('en')]", 1),
        ("//book", 0),
        ("/", 1),
    ] {
        library().holds(&format!("xpath \"{path}\" count == {nodes}"));
        library().holds(&format!("xpath \"{path}\" {}exists", if nodes == 0 { "not " } else { "" }));
    }
    library().holds("xpath \"//book\" isEmpty");
    library().holds("xpath \"//_:book\" isCollection");
    library().fails("xpath \"//_:book\" isList");
}

#[test]
fn values_have_their_types() {
    for assert in [
        "xpath \"string((//_:book)[2]/@id)\" == \"b\"",
        "xpath \"string(//plain)\" == \"Hello World! bold tail\"",
        "xpath \"count(//_:book)\" == 2",
        "xpath \"count(//_:book)\" isFloat",
        "xpath \"sum(//_:book/@price) div 2\" == 8.75",
        "xpath \"boolean(//_:empty)\" == true",
        "xpath \"//_:book/@id = 'b' and not(//zzz)\" == true",
        "xpath \"substring('12345', 1.5, 2.6)\" == \"234\"",
        "xpath \"translate('--aaa--', 'abc-', 'ABC')\" == \"AAA\"",
        "xpath \"string(12345678901)\" == \"1.2345678901e+10\"",
        "xpath \"normalize-space('  a  b ')\" == \"a b\"",
        "xpath \"round(-2.5)\" == -2",
        "xpath \"namespace-uri(//x:tag)\" == \"http://x\"",
        "xpath \"name(/*)\" == \"lib\"",
        "xpath \"number('x')\" isNumber",
        "xpath \"number('x')\" != 1",
        "xpath \"3 - 2 - 1\" == 0",
        "xpath \"string(//_:title[../@id='{{wanted}}'])\" startsWith \"Two\"",
    ] {
        library().holds(&assert.replace("{{wanted}}", "b"));
    }
}

#[test]
fn html_is_the_tree_that_hurl_knows() {
    for assert in [
        "xpath \"string(//title)\" == \"T é\"",
        "xpath \"//body/p\" count == 2",
        "xpath \"//ul/li\" count == 2",
        // No `tbody` is made up.
        "xpath \"//table/tr\" count == 2",
        "xpath \"//td\" count == 2",
        "xpath \"string(//input/@value)\" == \"1&2\"",
        "xpath \"//input[@disabled]\" exists",
        "xpath \"string(//script)\" contains \"</p>\"",
        "xpath \"string(//*[@id='b']/@class)\" == \"a\"",
        "xpath \"count(id('b'))\" == 1",
    ] {
        page().holds(assert);
    }
    let fragment = Reply::new("hello <b>x</b>").header("content-type", "text/html");
    fragment.holds("xpath \"string(/html/body/p/b)\" == \"x\"");
}

#[test]
fn values_are_looked_into_as_html() {
    let reply = Reply::new(r#"{"page": "<ul><li>a</li><li>b</li></ul>", "n": 1}"#);
    reply.holds("jsonpath \"$.page\" xpath \"//li\" count == 2");
    assert_eq!(reply.capture("jsonpath \"$.page\" xpath \"string(//li[2])\""), Ok(Value::from("b")));
    assert!(reply.fails("jsonpath \"$.n\" xpath \"//li\" count == 2").contains("needs a string"));
}

#[test]
fn malformed_xml_counts_as_far_as_it_goes() {
    let reply = |body: &str| Reply::new(body).header("content-type", "text/xml");
    reply("<a><b>x</a>y").holds("xpath \"string(/)\" == \"xy\"");
    reply("<a><b/>1 < 2").holds("xpath \"//b\" count == 1");
    for body in ["", "??", "{\"a\": 1}"] {
        assert!(reply(body).fails("xpath \"//a\" not exists").contains("no element"), "{body}");
    }
}

#[test]
fn what_cannot_be_evaluated_says_so() {
    assert!(library().fails("xpath \"//y:a\" exists").contains("no namespace prefix `y`"));
    assert!(page().fails("xpath \"//svg:a\" exists").contains("no namespace prefix `svg`"));
    assert!(library().fails("xpath \"1 | 2\" exists").contains("joins nodes only"));
}
