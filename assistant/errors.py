"""Everything that can go wrong, in one tree.

    AssistantError
    ├── CorpusError          the catalogue or a source file is not as it should be
    │   └── UnknownSource    no source of that id
    ├── RecipeError          index/recipe.toml is not as it should be
    ├── SettingsError        a setting of the environment is not as it should be
    ├── StoreError           the index cannot be used
    │   ├── IndexMissing     there is none yet
    │   ├── IndexStale       it was built from another recipe, model or corpus
    │   ├── IndexDamaged     its parts disagree with its manifest
    │   └── IndexLocked      another process is building it
    ├── ModelError           a model cannot be loaded or does not answer as it should
    ├── ConversationError    a saved conversation cannot be resumed
    ├── UploadError          a file cannot be added to an archive, or not be taken out again
    ├── FeedbackError        what a reader says of an answer cannot be kept
    ├── EvaluationError      gold, a run or its files are not as they should be
    └── QuestionError        the question cannot be asked

Every message says what was found, what was expected, and what to do.
"""


class AssistantError(Exception):
    """The root: catch this to catch all."""


class CorpusError(AssistantError):
    """The catalogue or a source file is not as it should be."""


class UnknownSource(CorpusError):
    """No source of that id."""


class RecipeError(AssistantError):
    """The recipe is not as it should be."""


class SettingsError(AssistantError):
    """A setting of the environment is not as it should be."""


class StoreError(AssistantError):
    """The index cannot be used."""


class IndexMissing(StoreError):
    """There is no index yet."""


class IndexStale(StoreError):
    """The index was built from another recipe, model or corpus."""


class IndexDamaged(StoreError):
    """The parts of the index disagree with its manifest."""


class IndexLocked(StoreError):
    """Another process is building the index."""


class ModelError(AssistantError):
    """A model cannot be loaded, or does not answer as it should."""


class ConversationError(AssistantError):
    """A saved conversation cannot be resumed."""


class UploadError(AssistantError):
    """A file cannot be added to an archive, or not be taken out again; the message names no path of this machine."""


class FeedbackError(AssistantError):
    """What a reader says of an answer cannot be kept."""


class EvaluationError(AssistantError):
    """Gold questions, a run or its files are not as they should be."""


class QuestionError(AssistantError):
    """The question cannot be asked."""
