//! The minds a claw can have: what the models file holds, once it is read and checked.

use serde::{Deserialize, Serialize};

/// A badge: one is low, three is high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Grade(u8);

impl Grade {
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Grade {
    type Error = &'static str;
    fn try_from(value: u8) -> Result<Self, Self::Error> {
        if (1..=3).contains(&value) { Ok(Grade(value)) } else { Err("a badge is 1, 2 or 3") }
    }
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> u8 {
        grade.0
    }
}

/// One model a person can pick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What the infra is told: `google/gemini-3-flash`.
    pub id: String,
    /// What a person reads: `Gemini 3 Flash`.
    pub name: String,
    /// 1 is the cheapest.
    pub price: Grade,
    /// 3 is the fastest.
    pub speed: Grade,
    /// 3 is the strongest.
    pub quality: Grade,
}

/// Every model on offer, in the order they are shown, and the one that is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    models: Vec<Model>,
    default: usize,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    #[error("the models file lists no model")]
    Empty,
    #[error("the models file lists {0:?} twice")]
    Twice(String),
    #[error("{0:?} is longer than 120 characters or holds a blank")]
    BadId(String),
    #[error("the default model {0:?} is not in the models file")]
    NoDefault(String),
}

impl Catalogue {
    /// Checks the list. `default` is a model's id; without it the first model is the default.
    pub fn new(models: Vec<Model>, default: Option<&str>) -> Result<Catalogue, CatalogueError> {
        for (at, model) in models.iter().enumerate() {
            if model.id.is_empty() || model.id.len() > 120 || model.id.contains(char::is_whitespace) {
                return Err(CatalogueError::BadId(model.id.clone()));
            }
            if models[..at].iter().any(|earlier| earlier.id == model.id) {
                return Err(CatalogueError::Twice(model.id.clone()));
            }
        }
        if models.is_empty() {
            return Err(CatalogueError::Empty);
        }
        let default = match default {
            None => 0,
            Some(id) => models.iter().position(|model| model.id == id).ok_or_else(|| CatalogueError::NoDefault(id.to_owned()))?,
        };
        Ok(Catalogue { models, default })
    }

    pub fn all(&self) -> &[Model] {
        &self.models
    }

    pub fn default_model(&self) -> &Model {
        &self.models[self.default]
    }

    pub fn find(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }

    /// A model's place in the list, as buttons carry it together with [`Catalogue::fingerprint`].
    pub fn at(&self, index: usize) -> Option<&Model> {
        self.models.get(index)
    }

    /// What a person typed: an id, or the start of a name, whatever its case, when only one model fits.
    pub fn search(&self, typed: &str) -> Option<&Model> {
        let typed = typed.trim().to_lowercase();
        if let Some(exact) = self.models.iter().find(|m| m.id.to_lowercase() == typed || m.name.to_lowercase() == typed) {
            return Some(exact);
        }
        let mut fitting =
            self.models.iter().filter(|m| m.id.to_lowercase().contains(&typed) || m.name.to_lowercase().contains(&typed));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// The name to show for an id, also for one that has left the file since.
    pub fn name_of(&self, id: &str) -> String {
        self.find(id).map_or_else(|| id.to_owned(), |model| model.name.clone())
    }

    /// Two digits that change when the list does, so that a button of an older list is noticed.
    pub fn fingerprint(&self) -> u8 {
        let sum =
            self.models.iter().flat_map(|m| m.id.bytes()).fold(7u32, |sum, b| sum.wrapping_mul(31).wrapping_add(u32::from(b)));
        (sum % 100) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::{Catalogue, CatalogueError, Grade, Model};

    fn model(id: &str, name: &str) -> Model {
        let two = Grade::try_from(2).expect("a grade");
        Model { id: id.into(), name: name.into(), price: two, speed: two, quality: two }
    }

    #[test]
    fn a_wrong_file_is_refused_with_the_reason() {
        let ok = || vec![model("a/one", "One"), model("a/two", "Two")];
        assert_eq!(Catalogue::new(vec![], None), Err(CatalogueError::Empty));
        assert_eq!(Catalogue::new(ok(), Some("a/three")), Err(CatalogueError::NoDefault("a/three".into())));
        assert_eq!(Catalogue::new(vec![model("a", "A"), model("a", "B")], None), Err(CatalogueError::Twice("a".into())));
        assert_eq!(Catalogue::new(vec![model("a b", "A")], None), Err(CatalogueError::BadId("a b".into())));
        let (longest, longer) = ("x".repeat(120), "x".repeat(121));
        assert!(Catalogue::new(vec![model(&longest, "A")], None).is_ok());
        for bad in ["", &longer] {
            assert_eq!(Catalogue::new(vec![model(bad, "A")], None), Err(CatalogueError::BadId(bad.into())));
        }
        assert_eq!(Catalogue::new(ok(), Some("a/two")).map(|c| c.default_model().name.clone()), Ok("Two".into()));
    }

    #[test]
    fn a_typed_name_finds_one_model_or_none() {
        let list = Catalogue::new(vec![model("g/flash", "Gemini Flash"), model("g/pro", "Gemini Pro")], None).expect("a list");
        assert_eq!(list.search("FLASH").map(|m| &*m.id), Some("g/flash"));
        assert_eq!(list.search("gemini").map(|m| &*m.id), None);
        assert_eq!(list.search("g/pro").map(|m| &*m.id), Some("g/pro"));
        assert_eq!(list.search(" gemini flash ").map(|m| &*m.id), Some("g/flash"));
        assert_eq!(list.search("/pro").map(|m| &*m.id), Some("g/pro"), "a part of an id");
        assert_eq!(list.search("gpt").map(|m| &*m.id), None);
        let one_in_another = Catalogue::new(vec![model("g/pro-2", "Pro Two"), model("g/pro", "Pro")], None).expect("a list");
        assert_eq!(one_in_another.search("G/PRO").map(|m| &*m.id), Some("g/pro"), "the whole id comes before a part of one");
        assert_eq!(one_in_another.search("pro").map(|m| &*m.id), Some("g/pro"), "and so does the whole name");
    }

    #[test]
    fn a_model_is_found_by_its_id_and_by_its_place() {
        let models = vec![model("g/flash", "Gemini Flash"), model("g/pro", "Gemini Pro")];
        let list = Catalogue::new(models.clone(), None).expect("a list");
        assert_eq!(list.all(), models);
        for (at, model) in models.iter().enumerate() {
            assert_eq!((list.find(&model.id), list.at(at)), (Some(model), Some(model)));
            assert_eq!(list.name_of(&model.id), model.name);
        }
        assert_eq!((list.find("g/old"), list.at(2)), (None, None));
        assert_eq!(list.name_of("g/old"), "g/old", "one that has left is called by its id");
    }

    #[test]
    fn a_button_of_an_older_list_is_noticed() {
        let list = |ids: &[&str]| Catalogue::new(ids.iter().map(|id| model(id, "")).collect(), None).expect("a list");
        let numbered: Vec<String> = (0..100).map(|number| format!("model-{number}")).collect();
        let prints: Vec<u8> = numbered.iter().map(|id| list(&["first", id]).fingerprint()).collect();
        assert!(prints.iter().all(|print| *print < 100), "two digits: {prints:?}");
        assert!(prints.windows(2).all(|two| two[0] != two[1]), "{prints:?}");
        assert_ne!(list(&["a", "b"]).fingerprint(), list(&["b", "a"]).fingerprint(), "another order is another list");
        // A button drawn by an older build carries this.
        assert_eq!(list(&["g/flash", "g/pro"]).fingerprint(), 36);
    }

    #[test]
    fn a_badge_is_one_two_or_three() {
        for grade in 1..=3 {
            assert_eq!(Grade::try_from(grade).map(|kept| (kept.get(), u8::from(kept))), Ok((grade, grade)));
        }
        for wrong in [0, 4, u8::MAX] {
            assert!(Grade::try_from(wrong).is_err(), "{wrong}");
        }
    }
}
