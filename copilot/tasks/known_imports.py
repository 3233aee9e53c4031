"""What a free-form answer most often uses without importing it: names of the standard libraries and where they are.

Only names that mean one thing: `date` alone could be anybody's, so a wrong guess would be silent. Absent on purpose:
the project's own names (the index has those, and an engine that knows it says so in its answer).
"""

from __future__ import annotations

import sys
from typing import Final

from copilot.syntax.importing import Need

_PYTHON: Final = {
    "abc": "ABC abstractmethod",
    "collections": "Counter OrderedDict defaultdict deque namedtuple",
    "collections.abc": "AsyncIterator Awaitable Callable Iterable Iterator Mapping MutableMapping Sequence",
    "contextlib": "asynccontextmanager contextmanager suppress",
    "dataclasses": "dataclass field replace",
    "datetime": "datetime timedelta timezone",
    "decimal": "Decimal InvalidOperation ROUND_HALF_EVEN ROUND_HALF_UP ROUND_DOWN ROUND_UP",
    "enum": "Enum IntEnum StrEnum",
    "fractions": "Fraction",
    "functools": "cached_property lru_cache partial reduce wraps",
    "itertools": "accumulate groupby islice pairwise zip_longest",
    "pathlib": "Path PurePath",
    "typing": "Any ClassVar Final Generic Literal NamedTuple Optional Protocol TypedDict TypeVar Union",
    "uuid": "UUID uuid4",
}
_JAVA: Final = {
    "java.io": "BufferedReader File IOException InputStream OutputStream UncheckedIOException",
    "java.math": "BigDecimal BigInteger MathContext RoundingMode",
    "java.nio.charset": "StandardCharsets",
    "java.nio.file": "Files Path Paths",
    "java.time": "Clock Duration Instant LocalDate LocalDateTime LocalTime Period ZoneId ZoneOffset ZonedDateTime",
    "java.time.format": "DateTimeFormatter DateTimeParseException",
    "java.time.temporal": "ChronoUnit",
    "java.util": (
        "ArrayDeque ArrayList Arrays Collection Collections Comparator Deque EnumMap EnumSet HashMap HashSet Iterator"
        " LinkedHashMap LinkedHashSet LinkedList List Locale Map NoSuchElementException Objects Optional OptionalInt"
        " OptionalLong PriorityQueue Queue Scanner Set StringJoiner TreeMap TreeSet UUID"
    ),
    "java.util.concurrent": "ConcurrentHashMap ExecutorService Executors TimeUnit",
    "java.util.concurrent.atomic": "AtomicInteger AtomicLong AtomicReference",
    "java.util.function": "BiFunction BinaryOperator Consumer Function Predicate Supplier UnaryOperator",
    "java.util.regex": "Matcher Pattern",
    "java.util.stream": "Collectors IntStream LongStream Stream",
}

_MODULES: Final = frozenset(sys.stdlib_module_names) - {
    "antigravity",
    "this",
    "code",
    "token",
    "parser",
    "types",
    "test",
}


def _rows(table: dict[str, str]) -> dict[str, Need]:
    return {name: Need(module, name) for module, names in table.items() for name in names.split()}


_KNOWN: Final = {"python": _rows(_PYTHON), "java": _rows(_JAVA)}


def of(name: str, language: str | None, text: str) -> Need | None:
    """Where a name that nothing binds comes from; a module of Python counts where `text` takes something from it."""
    if (need := _KNOWN.get(language or "", {}).get(name)) is not None:
        return need
    if language == "python" and name in _MODULES and f"{name}." in text:
        return Need(name)
    return None
