"""XML of strangers as a tree, with the line of each element; nothing outside the file is looked at.

A document type, and with it every entity of a file's own, is refused before it is used
(https://owasp.org/www-community/vulnerabilities/XML_External_Entity_(XXE)_Processing).
"""

from collections.abc import Iterator
from xml.parsers import expat

from pipeline.language import tr
from pipeline.statements.section import own_entities, wrong

_DEEPEST = 60
"""CAMT needs some 15."""


class Node:
    """An element: its name without namespace, its line, its own text and its children."""

    __slots__ = ("children", "line", "name", "pieces")

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.pieces: list[str] = []
        self.children: list[Node] = []

    @property
    def text(self) -> str:
        return "".join(self.pieces).strip()

    def all(self, path: str) -> Iterator["Node"]:
        """Every element at a path of names such as ``Acct/Id``, in the order of the file."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.all(rest) if rest else (child,)

    def first(self, *paths: str) -> "Node | None":
        """The first element at the first of these paths that leads to one."""
        return next((node for path in paths for node in self.all(path)), None)

    def said(self, *paths: str) -> str:
        """The text of that element, or nothing."""
        node = self.first(*paths)
        return node.text if node else ""


def tree(text: str) -> Node:
    """The root of a document. Raises StatementError where it is not well formed, or not plain."""
    root = Node("", 1)
    opened = [root]
    # A text is taken as it was decoded, whatever encoding it declares.
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        node = Node(name.rpartition(" ")[2], parser.CurrentLineNumber)
        # The only attribute that counts is read like a child.
        if currency := attributes.get("Ccy"):
            node.children.append(_leaf("Ccy", node.line, currency))
        opened[-1].children.append(node)
        opened.append(node)
        if len(opened) > _DEEPEST:
            raise wrong(node.line, tr("elements are nested too deep"))

    def end(_name: str) -> None:
        opened.pop()

    def declared(*_facts: object) -> None:
        raise own_entities()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda data: opened[-1].pieces.append(data)
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(text, True)  # noqa: FBT003 - the only way to say that this is all
    except expat.ExpatError as err:
        raise wrong(err.lineno, tr("the XML is damaged there, or ends too early")) from err
    return root


def _leaf(name: str, line: int, text: str) -> Node:
    node = Node(name, line)
    node.pieces.append(text)
    return node
