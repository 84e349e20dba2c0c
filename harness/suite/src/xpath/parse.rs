//! From text to an expression.

use super::axis::Axis;
use super::function::Function;
use super::{Expr, Operator, Path, Start, Step, Test};

/// How deep parentheses and predicates may nest.
const MAX_DEPTH: u32 = 32;

pub(super) fn expression(text: &str) -> Result<Expr, String> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let parsed = parser.expr().and_then(|expr| if parser.rest().is_empty() { Ok(expr) } else { Err(Broken) });
    parsed.map_err(|Broken| {
        if parser.depth > MAX_DEPTH {
            return format!("XPath nests deeper than {MAX_DEPTH}");
        }
        let at = text[..parser.at].chars().count() + 1;
        format!("`{text}` is no XPath 1.0 from character {at} on")
    })
}

/// The expression cannot be read from here on.
struct Broken;

type Parsed<T> = Result<T, Broken>;

/// Operators by precedence, the weakest first; longer signs before their beginnings.
const LEVELS: [&[(&str, Operator)]; 7] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[("=", Operator::Equal), ("!=", Operator::NotEqual)],
    &[
        ("<=", Operator::LessOrEqual),
        ("<", Operator::Less),
        (">=", Operator::GreaterOrEqual),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[("*", Operator::Times), ("div", Operator::Div), ("mod", Operator::Mod)],
    &[("|", Operator::Union)],
];
/// A minus sign stands between these two levels.
const UNION: usize = 6;

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// Takes a sign and the space after it.
    fn eat(&mut self, sign: &str) -> bool {
        let seen = self.rest().starts_with(sign);
        if seen {
            self.at += sign.len();
            self.space();
        }
        seen
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.eat(sign) { Ok(()) } else { Err(Broken) }
    }

    fn expr(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Broken);
        }
        self.space();
        let expr = self.level(0)?;
        self.depth -= 1;
        Ok(expr)
    }

    fn level(&mut self, level: usize) -> Parsed<Expr> {
        let first = self.operand(level)?;
        let mut more = Vec::new();
        while let Some(operator) = LEVELS[level].iter().find(|(sign, _)| self.eat(sign)).map(|(_, op)| *op) {
            more.push((operator, self.operand(level)?));
        }
        Ok(if more.is_empty() { first } else { Expr::Chain(Box::new(first), more) })
    }

    fn operand(&mut self, level: usize) -> Parsed<Expr> {
        if level == UNION {
            return self.path();
        }
        if level + 1 < UNION {
            return self.level(level + 1);
        }
        let mut negative = false;
        let mut signed = false;
        while self.eat("-") {
            negative = !negative;
            signed = true;
        }
        let operand = self.level(UNION)?;
        Ok(match (signed, negative) {
            (false, _) => operand,
            (true, true) => Expr::Negative(Box::new(operand)),
            // Even so, it becomes a number.
            (true, false) => Expr::Negative(Box::new(Expr::Negative(Box::new(operand)))),
        })
    }

    /// A path, or what a path may begin with.
    fn path(&mut self) -> Parsed<Expr> {
        let Some(primary) = self.primary()? else { return self.location(Start::Context, Vec::new()) };
        let predicates = self.predicates()?;
        if !self.rest().starts_with('/') {
            return Ok(match (predicates.is_empty(), primary) {
                (true, primary) => primary,
                (false, primary) => Expr::Path(Path {
                    start: Start::Filter(Box::new(primary), predicates),
                    steps: Vec::new(),
                }),
            });
        }
        let mut steps = Vec::new();
        if self.eat("//") {
            steps.push(Step::deep());
        } else {
            self.expect("/")?;
        }
        self.relative(Start::Filter(Box::new(primary), predicates), steps)
    }

    /// A number, a text, a call or an expression in parentheses, if that stands here.
    fn primary(&mut self) -> Parsed<Option<Expr>> {
        let rest = self.rest();
        match rest.chars().next() {
            Some('(') => {
                self.eat("(");
                let inner = self.expr()?;
                self.expect(")")?;
                Ok(Some(inner))
            }
            Some(quote @ ('"' | '\'')) => {
                let end = rest[1..].find(quote).ok_or(Broken)?;
                let literal = rest[1..=end].to_owned();
                self.at += end + 2;
                self.space();
                Ok(Some(Expr::Literal(literal)))
            }
            Some('0'..='9') => self.number().map(Some),
            Some('.') if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number().map(Some),
            _ => self.call(),
        }
    }

    fn number(&mut self) -> Parsed<Expr> {
        let rest = self.rest();
        let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let mut end = digits(rest);
        if rest[end..].starts_with('.') {
            end += 1 + digits(&rest[end + 1..]);
        }
        if let Some(exponent) = rest[end..].strip_prefix(['e', 'E']) {
            let sign = usize::from(exponent.starts_with(['+', '-']));
            let digits = digits(&exponent[sign..]);
            end += if digits > 0 { 1 + sign + digits } else { 0 };
        }
        let number = rest[..end].parse().map_err(|_| Broken)?;
        self.at += end;
        self.space();
        Ok(Expr::Number(number))
    }

    /// `name(argument, …)`; a node test is none.
    fn call(&mut self) -> Parsed<Option<Expr>> {
        let start = self.at;
        let Some(name) = self.name() else { return Ok(None) };
        if !self.rest().starts_with('(') || is_node_type(name) {
            self.at = start;
            return Ok(None);
        }
        let Some(function) = Function::named(name) else {
            self.at = start;
            return Err(Broken);
        };
        self.eat("(");
        let mut arguments = Vec::new();
        if !self.eat(")") {
            loop {
                arguments.push(self.expr()?);
                if self.eat(")") {
                    break;
                }
                self.expect(",")?;
            }
        }
        if !function.takes(arguments.len()) {
            self.at = start;
            return Err(Broken);
        }
        Ok(Some(Expr::Call(function, arguments)))
    }

    /// A name without a prefix, and the space after it.
    fn name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let is_part = |c: char| c.is_alphanumeric() || "_-.\u{b7}".contains(c);
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let name = &rest[..end];
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        self.at += end;
        self.space();
        Some(name)
    }

    fn location(&mut self, start: Start, mut steps: Vec<Step>) -> Parsed<Expr> {
        if self.eat("//") {
            steps.push(Step::deep());
            return self.relative(Start::Root, steps);
        }
        if self.eat("/") {
            let more = self.rest().starts_with(|c: char| c.is_alphabetic() || "_*@.".contains(c));
            if !more {
                return Ok(Expr::Path(Path { start: Start::Root, steps }));
            }
            return self.relative(Start::Root, steps);
        }
        self.relative(start, steps)
    }

    fn relative(&mut self, start: Start, mut steps: Vec<Step>) -> Parsed<Expr> {
        loop {
            steps.push(self.step()?);
            if self.eat("//") {
                steps.push(Step::deep());
            } else if !self.eat("/") {
                return Ok(Expr::Path(Path { start, steps }));
            }
        }
    }

    fn step(&mut self) -> Parsed<Step> {
        if self.eat("..") {
            return Ok(Step { axis: Axis::Parent, test: Test::Any, predicates: Vec::new() });
        }
        if self.eat(".") {
            return Ok(Step { axis: Axis::Current, test: Test::Any, predicates: Vec::new() });
        }
        let axis = self.axis()?;
        let test = self.test()?;
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn axis(&mut self) -> Parsed<Axis> {
        if self.eat("@") {
            return Ok(Axis::Attribute);
        }
        let start = self.at;
        if let Some(name) = self.name()
            && self.eat("::")
        {
            return Axis::named(name).ok_or_else(|| {
                self.at = start;
                Broken
            });
        }
        self.at = start;
        Ok(Axis::Child)
    }

    fn test(&mut self) -> Parsed<Test> {
        if self.eat("*") {
            return Ok(Test::Principal(None));
        }
        let name = self.name().ok_or(Broken)?;
        if is_node_type(name) && self.eat("(") {
            let test = match name {
                "node" => Test::Any,
                "text" => Test::Text,
                "comment" => Test::Comment,
                _ => match self.primary()? {
                    Some(Expr::Literal(target)) => Test::Instruction(Some(target)),
                    Some(_) => return Err(Broken),
                    None => Test::Instruction(None),
                },
            };
            self.expect(")")?;
            return Ok(test);
        }
        if self.rest().starts_with(':') && !self.rest().starts_with("::") {
            self.eat(":");
            let prefix = Some(name.to_owned());
            if self.eat("*") {
                return Ok(Test::Principal(prefix));
            }
            return Ok(Test::Name(prefix, self.name().ok_or(Broken)?.to_owned()));
        }
        Ok(Test::Name(None, name.to_owned()))
    }

    fn predicates(&mut self) -> Parsed<Vec<Expr>> {
        let mut predicates = Vec::new();
        while self.eat("[") {
            predicates.push(self.expr()?);
            self.expect("]")?;
        }
        Ok(predicates)
    }
}

impl Step {
    /// What `//` stands for.
    fn deep() -> Self {
        Self { axis: Axis::DescendantOrSelf, test: Test::Any, predicates: Vec::new() }
    }
}

fn is_node_type(name: &str) -> bool {
    matches!(name, "node" | "text" | "comment" | "processing-instruction")
}
