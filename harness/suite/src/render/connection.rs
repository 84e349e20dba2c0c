//! The options of the connection, with their placeholders filled in.

use crate::ast::{ConnectionOption, Switch, Template};
use crate::connection::{ConnectTo, Connection, HttpVersion, IpVersion, Resolve};
use crate::context::Scope;
use crate::{RenderError, Signing};

/// What has to be put together when all options are known.
#[derive(Default)]
pub(super) struct Pending {
    certificate: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
}

impl Pending {
    pub(super) fn apply(
        &mut self,
        option: ConnectionOption,
        value: &Template,
        connection: &mut Connection,
        scope: &Scope<'_>,
    ) -> Result<(), RenderError> {
        let text = scope.render(value)?;
        let malformed =
            |form: &str| RenderError::malformed(value.pos, format!("`{text}` is not of the form `{form}`"));
        match option {
            ConnectionOption::CaCert => connection.authorities = Some(scope.read(&text, value.pos)?),
            ConnectionOption::Cert => self.certificate = Some(certificate(&text, value, scope)?),
            ConnectionOption::Key => self.key = Some(scope.read(&text, value.pos)?),
            ConnectionOption::Resolve if text.starts_with('-') => {}
            ConnectionOption::Resolve => {
                connection.resolve.push(Resolve::parse(&text).ok_or_else(|| malformed("HOST:PORT:ADDRESS"))?);
            }
            ConnectionOption::ConnectTo => {
                let parsed = ConnectTo::parse(&text).ok_or_else(|| malformed("HOST:PORT:HOST:PORT"))?;
                connection.connect_to.push(parsed);
            }
            ConnectionOption::Proxy => connection.proxy = (!text.is_empty()).then_some(text),
            ConnectionOption::UnixSocket => connection.unix_socket = Some(text),
        }
        Ok(())
    }

    /// The key may stand in the certificate's file, or in one of its own.
    pub(super) fn finish(self, connection: &mut Connection) {
        let Some(mut identity) = self.certificate else { return };
        if let Some(key) = self.key {
            identity.push(b'\n');
            identity.extend(key);
        }
        connection.identity = Some(identity);
    }
}

fn certificate(text: &str, value: &Template, scope: &Scope<'_>) -> Result<Vec<u8>, RenderError> {
    if text.contains(':') {
        let message =
            "a client certificate with a password is not supported: keep its key in a file without one";
        return Err(RenderError::malformed(value.pos, message));
    }
    scope.read(text, value.pos)
}

/// As in Hurl: a version that is switched off means the one below.
pub(super) fn switch(switch: Switch, on: bool, connection: &mut Connection) {
    match (switch, on) {
        (Switch::Http10, true) | (Switch::Http11, false) => connection.version = HttpVersion::Http10,
        (Switch::Http11, true) | (Switch::Http2, false) => connection.version = HttpVersion::Http11,
        (Switch::Http2, true) | (Switch::Http3, false) => connection.version = HttpVersion::Any,
        (Switch::IpV4, true) | (Switch::IpV6, false) => connection.ip = Some(IpVersion::V4),
        (Switch::IpV6, true) | (Switch::IpV4, false) => connection.ip = Some(IpVersion::V6),
        // The one below is the default; on, it is an error of syntax.
        (Switch::Http10, false) | (Switch::Http3, true) => {}
    }
}

/// The credentials of `user` with what `aws-sigv4` says.
pub(super) fn signing(
    scheme: &Template,
    user: Option<&Template>,
    scope: &Scope<'_>,
) -> Result<Signing, RenderError> {
    let text = scope.render(scheme)?;
    let user = user.map(|user| scope.render(user)).transpose()?;
    let credentials = user.as_deref().and_then(|user| user.split_once(':'));
    let Some((id, secret)) = credentials else {
        let message = "`aws-sigv4` needs the option `user: KEY-ID:SECRET-KEY`";
        return Err(RenderError::malformed(scheme.pos, message));
    };
    Signing::parse(&text, id, secret).ok_or_else(|| {
        let message = format!("`{text}` is not of the form `PROVIDER1:PROVIDER2:REGION:SERVICE`");
        RenderError::malformed(scheme.pos, message)
    })
}
