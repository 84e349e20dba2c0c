//! What the headers of the reference show against themselves.

use std::collections::BTreeSet;

use envparity_model::Response;

use super::parts::{is_protective, parts_of};
use super::{BANNERS, IGNORED, Values, cookies, group, is_timed, lasts_alike, same_values};
use crate::excerpt::short;
use crate::lens::Lens;
use crate::media::MediaType;
use crate::noise::Noise;

/// Compared by presence and shape, or neutral: nothing to learn.
const SHAPED: &[&str] = &["etag", "last-modified", "content-length", "content-encoding"];

/// Learns which headers of the reference differ against itself. An error where something differs that never is
/// noise: the media type, whether a header that protects is there, an attribute of a cookie.
pub(crate) fn learn(
    first: &Response,
    second: &Response,
    lens: &Lens<'_>,
    noise: &mut Noise,
) -> Result<(), String> {
    let (lefts, rights) = (group(first), group(second));
    let dates = (first.header("date"), second.header("date"));
    let names: BTreeSet<&str> = lefts.keys().chain(rights.keys()).copied().collect();
    let mut unstable = None;
    for name in names {
        if IGNORED.contains(&name) || BANNERS.contains(&name) || SHAPED.contains(&name) {
            continue;
        }
        let learned = Learner { name, lens, dates }.one(&lefts, &rights, noise);
        unstable = unstable.or(learned.err());
    }
    let hops = super::hops::learn(first, second, lens, noise);
    unstable.map_or(hops, Err)
}

/// Learns from one header.
pub(super) struct Learner<'l> {
    pub(super) name: &'l str,
    pub(super) lens: &'l Lens<'l>,
    pub(super) dates: (Option<&'l str>, Option<&'l str>),
}

impl Learner<'_> {
    pub(super) fn one(
        &self,
        lefts: &Values<'_>,
        rights: &Values<'_>,
        noise: &mut Noise,
    ) -> Result<(), String> {
        let name = self.name;
        let (left, right) = (lefts.get(name), rights.get(name));
        if left == right {
            return Ok(());
        }
        let empty = Vec::new();
        if name == "set-cookie" {
            return self.cookies(left.unwrap_or(&empty), right.unwrap_or(&empty), noise);
        }
        let (Some(left), Some(right)) = (left, right) else {
            if name == "content-type" || is_protective(name) {
                let what = if name == "content-type" { "media type" } else { name };
                return Err(format!("the `{what}` is there in one sample of the reference only"));
            }
            noise.headers.entry(name.to_owned()).or_default().presence = true;
            return Ok(());
        };
        if name == "content-type" {
            if MediaType::parse(left[0]).essence == MediaType::parse(right[0]).essence {
                return Ok(());
            }
            return Err(format!(
                "the media type is `{}` and `{}` on the reference",
                short(left[0]),
                short(right[0])
            ));
        }
        if is_timed(name) && lasts_alike(left, right, self.dates) {
            return Ok(());
        }
        self.parts(left, right, noise)
    }

    fn parts(&self, left: &[&str], right: &[&str], noise: &mut Noise) -> Result<(), String> {
        let (lefts, rights) = (parts_of(self.name, left), parts_of(self.name, right));
        let names: BTreeSet<&String> = lefts.keys().chain(rights.keys()).collect();
        for part in names {
            let (l, r) = (lefts.get(part), rights.get(part));
            if l == r {
                continue;
            }
            let (Some(l), Some(r)) = (l, r) else {
                if is_protective(self.name) {
                    return Err(format!(
                        "`{part}` stands in the header `{}` in one sample of the reference only",
                        self.name
                    ));
                }
                let known = noise.headers.entry(self.name.to_owned()).or_default();
                known.absent.insert(part.clone());
                continue;
            };
            if !same_values(l, r, self.lens) {
                let known = noise.headers.entry(self.name.to_owned()).or_default();
                let forms = known.parts.entry(part.clone()).or_default();
                forms.add(&l.join(", "));
                forms.add(&r.join(", "));
            }
        }
        Ok(())
    }

    fn cookies(&self, left: &[&str], right: &[&str], noise: &mut Noise) -> Result<(), String> {
        let (lefts, rights) = (cookies::parse(left), cookies::parse(right));
        let names: BTreeSet<&String> = lefts.keys().chain(rights.keys()).collect();
        for name in names {
            let (Some(l), Some(r)) = (lefts.get(name), rights.get(name)) else {
                noise.headers.entry("set-cookie".to_owned()).or_default().absent.insert(name.clone());
                continue;
            };
            if l.value != r.value {
                let forms = noise.cookies.entry(name.clone()).or_default();
                forms.add(&l.value);
                forms.add(&r.value);
            }
            let same =
                |mine: &str, theirs: &str| same_values(&[mine.to_owned()], &[theirs.to_owned()], self.lens);
            for difference in l.differences(r, self.dates, same) {
                if !difference.is_lifetime {
                    return Err(format!(
                        "`{}` of the cookie `{}` differs between two samples of the reference",
                        short(&difference.attribute),
                        short(name)
                    ));
                }
                let known = noise.headers.entry("set-cookie".to_owned()).or_default();
                known.absent.insert(format!("{name} {}", difference.attribute));
            }
        }
        Ok(())
    }
}
