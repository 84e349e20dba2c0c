//! Which requests make what others ask for: their order, and the ids that pass from one to the next.

use envparity_openapi::{Node, Operation};

use crate::hurl::JsonPath;
use crate::name::{Names, variable};

/// Creates before reads, reads before changes, deletes last and from the inside out.
pub(crate) fn sort(operations: &mut [Operation<'_>]) {
    operations.sort_by_key(|operation| {
        let depth = operation.path.matches('{').count() as i64;
        match operation.method {
            "POST" => (0, depth),
            "PUT" | "PATCH" => (2, 0),
            "DELETE" => (3, -depth),
            _ => (1, 0),
        }
    });
}

/// An id that a create answers with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// `/pets/`: what the path begins with before the parameter.
    below: String,
    /// The parameter's name.
    parameter: String,
    /// The variable that holds it.
    pub(crate) variable: String,
    /// Where the answer of the create has it.
    pub(crate) at: JsonPath,
}

/// The resources of one file.
#[derive(Debug, Default)]
pub(crate) struct Resources(Vec<Made>);

impl Resources {
    /// Finds what is made by one operation and asked for by another.
    pub(crate) fn new(operations: &[Operation<'_>]) -> Self {
        let mut made: Vec<Made> = Vec::new();
        let mut names = Names::default();
        for create in operations.iter().filter(|operation| operation.method == "POST") {
            let below = format!("{}/", create.path.trim_end_matches('/'));
            let asked = operations.iter().find_map(|other| parameter_below(other.path, &below));
            let (Some(parameter), Some(answer)) = (asked, answer_of(create)) else { continue };
            if made.iter().any(|known| known.below == below) {
                continue;
            }
            if let Some(member) = id_member(answer, parameter) {
                let variable = names.unique(&variable_for(&below, parameter), '_');
                let at = JsonPath::root().member(&member);
                made.push(Made { below, parameter: parameter.to_owned(), variable, at });
            }
        }
        Self(made)
    }

    /// What a create answers with.
    pub(crate) fn made_by(&self, operation: &Operation<'_>) -> Option<&Made> {
        let below = format!("{}/", operation.path.trim_end_matches('/'));
        self.0.iter().find(|made| operation.method == "POST" && made.below == below)
    }

    /// The variable for a parameter of a path, where a create gives it.
    pub(crate) fn variable(&self, path: &str, parameter: &str) -> Option<&str> {
        let fits = |made: &&Made| parameter_below(path, &made.below).is_some_and(|name| name == parameter);
        self.0.iter().find(fits).filter(|made| made.parameter == parameter).map(|made| made.variable.as_str())
    }
}

/// The parameter that stands alone in the segment after a beginning of a path.
fn parameter_below<'p>(path: &'p str, below: &str) -> Option<&'p str> {
    let segment = path.strip_prefix(below)?.split('/').next()?;
    segment.strip_prefix('{')?.strip_suffix('}').filter(|name| !name.contains(['{', '}']))
}

/// The schema of the JSON that a create answers with.
fn answer_of<'d>(create: &Operation<'d>) -> Option<Node<'d>> {
    let responses = create.node.get("responses")?;
    let success = responses.entries().find(|(status, _)| status.starts_with('2'))?.1.follow()?;
    let content = success.get("content")?;
    let (_, media) = content.entries().find(|(media, _)| media.contains("json"))?;
    media.follow()?.get("schema")
}

/// The member of an answer that a parameter asks for: one of its name, or the id.
fn id_member(answer: Node<'_>, parameter: &str) -> Option<String> {
    let members = super::sample::member_names(answer);
    let has = |name: &str| members.iter().find(|member| member.eq_ignore_ascii_case(name)).cloned();
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let like = members.iter().find(|member| plain(member) == plain(parameter)).cloned();
    let by_end = ["id", "uuid", "guid", "slug", "key", "name"].iter();
    let mut by_end = by_end.filter(|end| plain(parameter).ends_with(**end)).filter_map(|end| has(end));
    like.or_else(|| by_end.next())
}

/// `pet_id` for `/pets/{petId}` and for `/pets/{id}`.
fn variable_for(below: &str, parameter: &str) -> String {
    let name = variable(parameter);
    if !["id", "uuid", "guid", "slug", "key", "name"].contains(&name.as_str()) {
        return name;
    }
    let collection = below.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let collection = variable(collection);
    let one = collection.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let one = one.unwrap_or_else(|| collection.strip_suffix('s').unwrap_or(&collection).to_owned());
    format!("{one}_{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_for_people() {
        for (below, parameter, name) in [
            ("/pets/", "petId", "pet_id"),
            ("/pets/", "id", "pet_id"),
            ("/v1/activities/", "id", "activity_id"),
            ("/users/", "name", "user_name"),
            ("/users/", "login", "login"),
        ] {
            assert_eq!(variable_for(below, parameter), name);
        }
    }

    #[test]
    fn a_parameter_has_a_segment_of_its_own() {
        assert_eq!(parameter_below("/pets/{id}/photos", "/pets/"), Some("id"));
        assert_eq!(parameter_below("/pets/{id}.json", "/pets/"), None);
        assert_eq!(parameter_below("/pets", "/pets/"), None);
    }
}
