"""A YAML file of a content folder, in the shape its kind has to have."""

from pathlib import Path

from courses.files import Folder
from courses.schemas import Shape, shaped
from courses.yamltree import Tree, read_tree


def read_yaml(folder: Folder, path: Path, shape: type[Shape]) -> tuple[Tree, Shape | None]:
    """The file's tree and its values in that shape; None after reporting what is wrong."""
    text = folder.text(path)
    if text is None:
        return Tree(), None
    tree = read_tree(text)
    return tree, shaped_file(folder, path, tree, shape)


def shaped_file(folder: Folder, path: Path, tree: Tree, shape: type[Shape]) -> Shape | None:
    """The values of a tree that stands in the file at `path`, or None after reporting why not."""
    read, faults = shaped(tree, shape)
    for fault in faults:
        folder.report(path, fault.line, fault.code, fault.message)
    return read
