"""Data move one way, and nothing that is learned from is told the answer."""

from __future__ import annotations

from findings import listed
from rooms import ROOMS, Project

from martlet.lineage.project import Model

# `ops` is what the CLI did: SQL may look at it as at any system, in staging.
SOURCE_READERS = {
    "store": {"staging", "identity", "monitoring"},
    "ml": {"predictions"},
    "ops": {"staging"},
}
CONTACTS = "identity.identity_contacts"


def in_room(project: Project, room: str) -> list[Model]:
    models = [model for model in project.models.values() if model.room == room]
    assert models, f"there is no model in {room}: is the room's name still right?"
    return models


def rooms_above(project: Project, model: Model) -> dict[str, set[str]]:
    """Rooms that the model's data come from, each with its relations."""
    above: dict[str, set[str]] = {}
    for relation in project.ancestors(model):
        above.setdefault(project.room_of[relation], set()).add(relation)
    return above


def test_every_model_lies_in_a_room_and_its_schema_is_the_room(
    project: Project,
) -> None:
    misplaced = [
        f"{model.path} makes {model.relation}"
        for model in project.models.values()
        if model.room not in ROOMS or model.node["schema"] != model.room
    ]
    assert not misplaced, listed(misplaced)


def test_models_read_only_rooms_above(project: Project) -> None:
    upward = [
        f"{model.relation} reads {relation}"
        for model in project.models.values()
        for relation in model.reads
        if (room := project.room_of[relation]) in ROOMS
        and ROOMS.index(room) > ROOMS.index(model.room)
    ]
    assert not upward, listed(upward)


def test_models_read_what_they_declare_and_nothing_else(project: Project) -> None:
    """A relation that dbt does not know of is built in any order, or not at all."""
    wrong = []
    for model in project.models.values():
        declared = project.declared(model)
        hidden = model.reads - declared
        # Settings are asked of the store while compiling, which reads no row here.
        unread = {r for r in declared - model.reads if project.room_of[r] != "store"}
        wrong += [f"{model.relation} reads {r} without ref()" for r in hidden]
        wrong += [
            f"{model.relation} refers to {r} and does not read it" for r in unread
        ]
    assert not wrong, listed(wrong)


def test_sources_are_read_only_by_their_rooms(project: Project) -> None:
    wrong = [
        f"{model.relation} reads {relation}"
        for model in project.models.values()
        for relation in model.reads
        if (source := project.room_of[relation]) in SOURCE_READERS
        and model.room not in SOURCE_READERS[source]
    ]
    assert not wrong, listed(wrong)


def test_staging_models_read_one_raw_table_each(project: Project) -> None:
    wrong = [
        f"{model.relation} reads {', '.join(sorted(model.reads))}"
        for model in in_room(project, "staging")
        if len(model.reads) != 1
        or project.room_of[next(iter(model.reads))] not in ("store", "ops")
    ]
    assert not wrong, listed(wrong)


def test_only_identity_reads_sealed_contacts(project: Project) -> None:
    readers = {
        model.relation for model in project.models.values() if CONTACTS in model.reads
    }
    assert CONTACTS in project.room_of
    assert all(reader.startswith("identity.") for reader in readers), readers


def test_features_know_no_label_and_no_prediction(project: Project) -> None:
    for model in in_room(project, "features"):
        above = rooms_above(project, model)
        for room in ("labels", "predictions", "ml", "marts", "segments"):
            assert room not in above, f"{model.name} rests on {above[room]}"


def test_labels_know_no_feature_and_no_prediction(project: Project) -> None:
    for model in in_room(project, "labels"):
        above = rooms_above(project, model)
        for room in ("features", "predictions", "ml"):
            assert room not in above, f"{model.name} rests on {above[room]}"


def test_only_training_and_holdout_inputs_know_labels(project: Project) -> None:
    inputs = in_room(project, "model_inputs")
    knowing = {m.name for m in inputs if "labels" in rooms_above(project, m)}
    looking_back = ("_training", "_holdout")
    assert knowing == {m.name for m in inputs if m.name.endswith(looking_back)}


def test_training_and_scoring_have_the_same_columns_but_for_the_label(
    project: Project,
) -> None:
    models = in_room(project, "model_inputs")
    trainings = [model for model in models if model.name.endswith("_training")]
    assert trainings
    for training in trainings:
        scoring = project.models[training.name.replace("_training", "_scoring")]
        columns = project.columns(training)
        assert "label" in columns, f"{training.name} has no label"
        columns.remove("label")
        assert columns == project.columns(scoring), training.name
