//! `[Options]`.

use std::time::Duration;

use envparity_suite::{
    ConnectTo, Connection, HttpVersion, IpVersion, Number, Options, Resolve, Retry, Value,
};

use crate::support::World;

fn options(lines: &str) -> Options {
    World::new().options(lines).expect("options")
}

#[test]
fn without_options_the_defaults_are_hurls() {
    let defaults = options("");
    assert_eq!(defaults, Options::default());
    assert_eq!((defaults.max_redirs, defaults.repeat, defaults.retry), (Some(50), 1, Retry::Never));
    assert_eq!(defaults.retry_interval, Duration::from_secs(1));
}

#[test]
fn every_option_has_its_effect() {
    let all = options(
        "retry: 3\nretry-interval: 2s\nlocation: true\nmax-redirs: 4\ndelay: 5\nskip: true\nrepeat: 0\n\
         max-time: 6m\nconnect-timeout: 7h\ncompressed: true\ninsecure: true\nlimit-rate: 100\noutput: x.json\nverbose: true\nverbosity: debug # loud\n",
    );
    let expected = Options {
        retry: Retry::Times(3),
        retry_interval: Duration::from_secs(2),
        location: true,
        location_trusted: false,
        max_redirs: Some(4),
        delay: Duration::from_millis(5),
        skip: true,
        repeat: 0,
        max_time: Some(Duration::from_secs(360)),
        compressed: true,
        limit_rate: Some(100),
        signing: None,
        connection: Connection {
            insecure: true,
            connect_timeout: Some(Duration::from_secs(7 * 3600)),
            ..Connection::default()
        },
        variables: Vec::new(),
    };
    assert_eq!(all, expected);
    assert_eq!(options("retry: -1").retry, Retry::Forever);
    assert_eq!(options("retry: 0").retry, Retry::Never);
    assert_eq!(options("max-redirs: -1").max_redirs, None);
}

#[test]
fn redirects_are_followed_as_the_last_option_says() {
    let both = |lines| {
        let options = options(lines);
        (options.location, options.location_trusted)
    };
    assert_eq!(both("location-trusted: true"), (true, true));
    assert_eq!(both("location-trusted: true\nlocation: true"), (true, false));
    assert_eq!(both("location-trusted: true\nlocation: false"), (false, false));
    assert_eq!(both("location: true\nlocation-trusted: false"), (true, false));
}

#[test]
fn variables_have_types_and_see_those_before() {
    let options = options(
        "variable: a=true\nvariable: b = null\nvariable: c=-12\nvariable: d=1.50\nvariable: e=x y # comment\n\
         variable: f=\"12\"\nvariable: g={{e}}{{id}}\nvariable: h=12345678901234567890\nvariable: i=-x\n",
    );
    let number = |lexeme| Value::Number(Number::from_lexeme(lexeme).expect("a number"));
    let expected = [
        ("a", Value::Bool(true)),
        ("b", Value::Null),
        ("c", Value::from(-12)),
        ("d", number("1.50")),
        ("e", Value::from("x y")),
        ("f", Value::from("12")),
        ("g", Value::from("x y7")),
        ("h", number("12345678901234567890")),
        ("i", Value::from("-x")),
    ];
    assert_eq!(options.variables, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn a_placeholder_must_have_the_right_type() {
    let mut world = World::new();
    world.vars.set("yes", true);
    world.vars.set("many", -1);
    let options =
        world.options("retry: {{id}}\nskip: {{yes}}\ndelay: {{id}}\nmax-redirs: {{many}}").expect("options");
    assert_eq!((options.retry, options.skip), (Retry::Times(7), true));
    assert_eq!((options.delay, options.max_redirs), (Duration::from_millis(7), None));
    for (line, message) in [
        ("retry: {{name}}", "3:10: `{{name}}` is string <a \"b\" é>, not an integer from -1"),
        ("skip: {{id}}", "3:9: `{{id}}` is integer <7>, not a boolean"),
        ("delay: {{many}}", "3:10: `{{many}}` is integer <-1>, not an integer from 0, in milliseconds"),
        ("delay: {{nope}}", "3:10: variable `nope` has no value"),
        ("repeat: {{many}}", "3:11: an entry that repeats for ever cannot be compared"),
        ("verbose: {{id}}", "3:12: `{{id}}` is integer <7>, not a boolean"),
    ] {
        assert_eq!(world.options(line).expect_err(line).to_string(), message);
    }
}

#[test]
fn connections_are_as_the_entry_wants_them() {
    let connection = |lines: &str| options(lines).connection;
    let resolved =
        connection("resolve: Foo.example:80:127.0.0.1,[::1]\nresolve: *:443:10.0.0.1\nresolve: -x:1");
    let addresses = vec!["127.0.0.1".parse().expect("an address"), "::1".parse().expect("an address")];
    assert_eq!(
        resolved.resolve,
        [
            Resolve { host: Some("foo.example".to_owned()), port: 80, addresses },
            Resolve { host: None, port: 443, addresses: vec!["10.0.0.1".parse().expect("an address")] },
        ]
    );
    let elsewhere = connection("connect-to: a.example:80:[::1]:8080\nconnect-to: ::b:");
    assert_eq!(
        elsewhere.connect_to,
        [
            ConnectTo {
                from_host: Some("a.example".to_owned()),
                from_port: Some(80),
                to_host: Some("::1".to_owned()),
                to_port: Some(8080),
            },
            ConnectTo { from_host: None, from_port: None, to_host: Some("b".to_owned()), to_port: None },
        ]
    );
    assert_eq!(connection("proxy: localhost:3128").proxy.as_deref(), Some("localhost:3128"));
    assert_eq!(connection("unix-socket: /run/x.sock").unix_socket.as_deref(), Some("/run/x.sock"));
    assert_eq!(connection("cacert: data.bin").authorities, Some(vec![0, 1, 255]));
    assert_eq!(connection("cert: data.bin\nkey: page.html").identity, Some(b"\0\x01\xff\n<p>".to_vec()));
    assert_eq!(connection("key: page.html").identity, None);
}

#[test]
fn a_version_that_is_off_means_the_one_below() {
    let version = |lines: &str| options(lines).connection.version;
    for (line, expected) in [
        ("", HttpVersion::Any),
        ("http1.0: true", HttpVersion::Http10),
        ("http1.1: true", HttpVersion::Http11),
        ("http1.1: false", HttpVersion::Http10),
        ("http2: false", HttpVersion::Http11),
        ("http2: true", HttpVersion::Any),
        ("http3: false", HttpVersion::Any),
    ] {
        assert_eq!(version(line), expected, "{line}");
    }
    assert_eq!(options("ipv4: true").connection.ip, Some(IpVersion::V4));
    assert_eq!(options("ipv4: false").connection.ip, Some(IpVersion::V6));
    assert_eq!(options("digest: false\npath-as-is: false"), Options::default());
}

#[test]
fn options_that_cannot_be_met_say_so() {
    let refused = |lines: &str| World::new().options(lines).expect_err("an error").to_string();
    for (lines, reason) in [
        ("resolve: localhost", "`localhost` is not of the form `HOST:PORT:ADDRESS`"),
        ("resolve: a:80:b.example", "is not of the form"),
        ("connect-to: a:b", "is not of the form `HOST:PORT:HOST:PORT`"),
        ("cacert: none.pem", "cannot read file `none.pem`"),
        ("cert: data.bin:secret", "with a password is not supported"),
        ("netrc: true", "`netrc` without `netrc-file` is not supported"),
        ("aws-sigv4: aws:amz", "needs the option `user: KEY-ID:SECRET-KEY`"),
        ("aws-sigv4: a:b:c:d:e\nuser: x:y", "is not of the form `PROVIDER1:PROVIDER2:REGION:SERVICE`"),
    ] {
        assert!(refused(lines).contains(reason), "{lines}: {}", refused(lines));
    }
}
