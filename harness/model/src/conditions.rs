//! By what a case is selected, and where it is asked.

/// By what a case is selected, and where it is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Its tags.
    pub tags: Vec<String>,
    /// Environments where it is not asked.
    pub skip_on: Vec<String>,
    /// The only environments where it is asked; none: all.
    pub only_on: Vec<String>,
}

impl Conditions {
    /// The condition by which an environment is left out, as written; none where the case is asked there.
    pub fn excludes(&self, environment: &str) -> Option<String> {
        let names = |list: &[String]| list.iter().any(|name| name == environment);
        if names(&self.skip_on) {
            return Some(format!("skip-on={environment}"));
        }
        let left_out = !self.only_on.is_empty() && !names(&self.only_on);
        left_out.then(|| format!("only-on={}", self.only_on.join(",")))
    }

    /// Whether it has one of some tags (every case does where there are none) and none of others.
    pub fn is_selected(&self, tags: &[String], not_tags: &[String]) -> bool {
        let has = |tags: &[String]| self.tags.iter().any(|tag| tags.contains(tag));
        (tags.is_empty() || has(tags)) && !has(not_tags)
    }

    /// Own conditions under those of the whole: tags and `skip-on` add up, an own `only-on` replaces the other.
    #[must_use]
    pub fn under(self, whole: &Self) -> Self {
        let both = |own: Vec<String>, whole: &[String]| {
            let mut all = whole.to_vec();
            all.extend(own.into_iter().filter(|name| !whole.contains(name)));
            all
        };
        Self {
            tags: both(self.tags, &whole.tags),
            skip_on: both(self.skip_on, &whole.skip_on),
            only_on: if self.only_on.is_empty() { whole.only_on.clone() } else { self.only_on },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(tags: &[&str], skip_on: &[&str], only_on: &[&str]) -> Conditions {
        let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        Conditions { tags: owned(tags), skip_on: owned(skip_on), only_on: owned(only_on) }
    }

    #[test]
    fn selection_by_tags() {
        let slow = conditions(&["smoke", "slow"], &[], &[]);
        let list = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        assert!(slow.is_selected(&[], &[]));
        assert!(slow.is_selected(&list(&["x", "smoke"]), &[]));
        assert!(!slow.is_selected(&list(&["x"]), &[]));
        assert!(!slow.is_selected(&list(&["smoke"]), &list(&["slow"])));
        assert!(!Conditions::default().is_selected(&list(&["smoke"]), &[]));
    }

    #[test]
    fn environments_left_out() {
        let whole = conditions(&[], &["qa"], &["local", "qa"]);
        assert_eq!(whole.excludes("qa").as_deref(), Some("skip-on=qa"));
        assert_eq!(whole.excludes("dev").as_deref(), Some("only-on=local,qa"));
        assert_eq!(whole.excludes("local"), None);
        let own = conditions(&[], &[], &["dev"]).under(&whole);
        assert_eq!(own.excludes("dev"), None);
        assert_eq!(own.excludes("qa").as_deref(), Some("skip-on=qa"));
    }
}
