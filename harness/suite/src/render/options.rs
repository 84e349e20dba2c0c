//! `[Options]` with their placeholders filled in.

use std::time::Duration;

use super::connection::{self, Pending};
use crate::ast::{
    Content, Count, Expr, ExprKind, FormContent, JsonPart, KeyValue, OptionAst, Rate, RequestAst, Setting,
    Template, VariableValue,
};
use crate::context::Scope;
use crate::{Context, Entry, Options, RenderError, Retry, Value};

impl Entry {
    /// The entry's options. Apply `variables` to the environment's variables before rendering.
    pub fn options(&self, cx: &Context<'_>) -> Result<Options, RenderError> {
        let mut options = Options::default();
        if self.request.options.is_empty() {
            return Ok(options);
        }
        let mut scope = Scope::new(cx);
        let mut pending = Pending::default();
        for option in &self.request.options {
            match option {
                OptionAst::Connection(name, value) => {
                    pending.apply(*name, value, &mut options.connection, &scope)?;
                }
                OptionAst::AwsSigV4(scheme) => {
                    options.signing = Some(connection::signing(scheme, self.request.user(), &scope)?);
                }
                option => apply(option, &mut options, &mut scope)?,
            }
        }
        pending.finish(&mut options.connection);
        self.request.check_netrc()?;
        options.variables = scope.into_own();
        Ok(options)
    }
}

fn apply(option: &OptionAst, options: &mut Options, scope: &mut Scope<'_>) -> Result<(), RenderError> {
    match option {
        OptionAst::Variable(name, VariableValue::Literal(value)) => scope.set(name, value.clone()),
        OptionAst::Variable(name, VariableValue::Text(text)) => {
            let text = scope.render(text)?;
            scope.set(name, Value::String(text));
        }
        OptionAst::Retry(setting) => {
            options.retry = match setting.get(scope)? {
                Count::Finite(0) => Retry::Never,
                Count::Finite(times) => Retry::Times(times),
                Count::Infinite => Retry::Forever,
            };
        }
        OptionAst::RetryInterval(setting) => options.retry_interval = setting.get(scope)?,
        OptionAst::Location(setting) => {
            options.location = setting.get(scope)?;
            options.location_trusted = false;
        }
        OptionAst::LocationTrusted(setting) => {
            if setting.get(scope)? {
                options.location = true;
                options.location_trusted = true;
            }
        }
        OptionAst::MaxRedirs(setting) => {
            options.max_redirs = match setting.get(scope)? {
                Count::Finite(most) => Some(most),
                Count::Infinite => None,
            };
        }
        OptionAst::Delay(setting) => options.delay = setting.get(scope)?,
        OptionAst::Skip(setting) => options.skip = setting.get(scope)?,
        OptionAst::Repeat(setting) => {
            options.repeat = match setting.get(scope)? {
                Count::Finite(times) => times,
                Count::Infinite => return Err(endless(setting)),
            };
        }
        OptionAst::MaxTime(setting) => options.max_time = Some(setting.get(scope)?),
        OptionAst::ConnectTimeout(setting) => options.connection.connect_timeout = Some(setting.get(scope)?),
        OptionAst::Compressed(setting) => options.compressed = setting.get(scope)?,
        OptionAst::Insecure(setting) => options.connection.insecure = setting.get(scope)?,
        OptionAst::Switch(name, setting) => {
            connection::switch(*name, setting.get(scope)?, &mut options.connection);
        }
        OptionAst::LimitRate(setting) => options.limit_rate = Some(setting.get(scope)?.0),
        OptionAst::Output(path) => drop(scope.render(path)?),
        OptionAst::Netrc(setting) | OptionAst::Verbose(setting) => drop(setting.get(scope)?),
        // These are part of the request, or read before.
        OptionAst::Header(_)
        | OptionAst::User(_)
        | OptionAst::NetrcFile(_)
        | OptionAst::AwsSigV4(_)
        | OptionAst::Connection(..) => {}
    }
    Ok(())
}

/// What an option's placeholder may hold.
pub(crate) trait FromValue: Sized + Clone {
    const EXPECTED: &'static str;
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for bool {
    const EXPECTED: &'static str = "a boolean";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

impl FromValue for i64 {
    const EXPECTED: &'static str = "an integer";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_i64(),
            _ => None,
        }
    }
}

impl FromValue for Count {
    const EXPECTED: &'static str = "an integer from -1";
    fn from_value(value: &Value) -> Option<Self> {
        match i64::from_value(value)? {
            -1 => Some(Self::Infinite),
            times => u32::try_from(times).ok().map(Self::Finite),
        }
    }
}

impl FromValue for Rate {
    const EXPECTED: &'static str = "an integer from 0, in bytes in a second";
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).and_then(|rate| u64::try_from(rate).ok()).map(Self)
    }
}

impl FromValue for Duration {
    const EXPECTED: &'static str = "an integer from 0, in milliseconds";
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).and_then(|ms| u64::try_from(ms).ok()).map(Self::from_millis)
    }
}

impl<T: FromValue> Setting<T> {
    pub(crate) fn get(&self, scope: &Scope<'_>) -> Result<T, RenderError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Expr(expr) => {
                let value = scope.value(expr)?;
                T::from_value(&value).ok_or_else(|| {
                    let message = format!("`{{{{{expr}}}}}` is {}, not {}", value.show(), T::EXPECTED);
                    RenderError::malformed(expr.pos, message)
                })
            }
        }
    }
}

/// Written out, an endless repeat is a syntax error already.
fn endless(setting: &Setting<Count>) -> RenderError {
    let pos = setting.expr().map(|expr| expr.pos).unwrap_or_default();
    RenderError::malformed(pos, "an entry that repeats for ever cannot be compared")
}

impl<T> Setting<T> {
    fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Literal(_) => None,
            Self::Expr(expr) => Some(expr),
        }
    }
}

impl OptionAst {
    fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Variable(_, VariableValue::Literal(_)) => Vec::new(),
            Self::Variable(_, VariableValue::Text(text))
            | Self::Header(text)
            | Self::User(text)
            | Self::AwsSigV4(text)
            | Self::NetrcFile(text)
            | Self::Output(text)
            | Self::Connection(_, text) => text.exprs().collect(),
            Self::LimitRate(s) => s.expr().into_iter().collect(),
            Self::Retry(s) | Self::MaxRedirs(s) | Self::Repeat(s) => s.expr().into_iter().collect(),
            Self::RetryInterval(s) | Self::Delay(s) | Self::MaxTime(s) | Self::ConnectTimeout(s) => {
                s.expr().into_iter().collect()
            }
            Self::Location(s)
            | Self::LocationTrusted(s)
            | Self::Skip(s)
            | Self::Compressed(s)
            | Self::Insecure(s)
            | Self::Switch(_, s)
            | Self::Netrc(s)
            | Self::Verbose(s) => s.expr().into_iter().collect(),
        }
    }
}

impl RequestAst {
    /// What the option `user` says.
    fn user(&self) -> Option<&Template> {
        self.options.iter().rev().find_map(|option| match option {
            OptionAst::User(user) => Some(user),
            _ => None,
        })
    }

    /// Whether the request is signed, so that `user` is no basic authentication.
    pub(super) fn is_signed(&self) -> bool {
        self.options.iter().any(|option| matches!(option, OptionAst::AwsSigV4(_)))
    }

    /// The file in the home folder is never read: another person's run would send something else.
    fn check_netrc(&self) -> Result<(), RenderError> {
        let named = self.options.iter().any(|option| matches!(option, OptionAst::NetrcFile(_)));
        let wanted = |option: &OptionAst| matches!(option, OptionAst::Netrc(s) if !matches!(s, Setting::Literal(false)));
        if named || !self.options.iter().any(wanted) {
            return Ok(());
        }
        let message = "`netrc` without `netrc-file` is not supported: name the file, relative to the suite";
        Err(RenderError::malformed(self.url.pos, message))
    }

    /// Calls `seen` for each variable that an option sets (`true`), and for each that is mentioned, in the order
    /// in which they are looked up.
    pub(super) fn each_variable<'a>(&'a self, seen: &mut impl FnMut(&'a str, bool)) {
        let mention = |expr: &'a Expr, seen: &mut dyn FnMut(&'a str, bool)| {
            if let ExprKind::Variable(name) = &expr.kind {
                seen(name, false);
            }
        };
        for option in &self.options {
            option.exprs().into_iter().for_each(|expr| mention(expr, seen));
            if let OptionAst::Variable(name, _) = option {
                seen(name, true);
            }
        }
        self.templates().flat_map(Template::exprs).for_each(|expr| mention(expr, seen));
        let json = match self.body.as_ref().map(|body| &body.content) {
            Some(Content::Json(parts)) => Some(parts),
            Some(Content::GraphQl(graphql)) => graphql.variables.as_ref(),
            _ => None,
        };
        if let Some(parts) = json {
            for part in parts {
                if let JsonPart::InString(expr) | JsonPart::Bare(expr) = part {
                    mention(expr, seen);
                }
            }
        }
    }

    fn templates(&self) -> impl Iterator<Item = &Template> {
        let pairs = [&self.headers, &self.query, &self.form, &self.cookies].into_iter().flatten();
        let pairs =
            pairs.chain(self.basic_auth.as_deref()).flat_map(|KeyValue { key, value, .. }| [key, value]);
        let parts = self.multipart.iter().flat_map(|part| {
            let (content, media_type) = match &part.content {
                FormContent::Text(text) => (text, None),
                FormContent::File { path, media_type } => (path, media_type.as_ref()),
            };
            [Some(&part.key), Some(content), media_type].into_iter().flatten()
        });
        let body = self.body.iter().filter_map(|body| match &body.content {
            Content::Text(t) | Content::JsonText(t) | Content::XmlText(t) | Content::File(t) => Some(t),
            Content::GraphQl(graphql) => Some(&graphql.query),
            Content::RawText(_) | Content::Json(_) | Content::Xml(_) | Content::Bytes(_) => None,
        });
        std::iter::once(&self.url).chain(pairs).chain(parts).chain(body)
    }
}
