"""Learners who sit quizzes over real connections, and the history of what they were told.

Every request is one of three in the end: acknowledged, refused, or unknown (the connection broke
before an answer came, so that it may or may not have been carried out). Unknown requests are sent
again until they are answered, as a browser would.
"""

import http.client
import json
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

Outcome = str  # "acknowledged" | "refused" | "unknown"


@dataclass(frozen=True)
class Save:
    """An answer that was sent, and what became of it."""

    attempt: int
    slot: int
    sequence: int
    option: str
    outcome: Outcome


@dataclass
class History:
    """What one client sent and was told, in order."""

    saves: list[Save] = field(default_factory=list)
    submitted: set[int] = field(default_factory=set)
    started: set[int] = field(default_factory=set)
    surprises: list[str] = field(default_factory=list)

    @staticmethod
    def of_all(parts: "list[History]") -> "History":
        """Put the histories of several clients together."""
        whole = History()
        for part in parts:
            whole.saves += part.saves
            whole.submitted |= part.submitted
            whole.started |= part.started
            whole.surprises += part.surprises
        return whole

    def count(self, outcome: Outcome) -> int:
        """How many saves ended so."""
        return sum(save.outcome == outcome for save in self.saves)


@dataclass(frozen=True)
class Seated:
    """A learner with what their browser sends along."""

    enrolment: int
    cookie: str
    csrf: str


class GivenUp(Exception):
    """The storm is over."""


class Client(threading.Thread):
    """Sits one quiz after another, for one learner after another, until told to stop."""

    def __init__(
        self,
        port: int,
        next_learner: Callable[[], Seated],
        keys_of: Callable[[int], list[str]],
        stop: threading.Event,
        seed: int,
    ) -> None:
        super().__init__(daemon=True)
        self.port, self.next_learner, self.keys_of, self.over = port, next_learner, keys_of, stop
        self.chance = random.Random(seed)
        self.history = History()
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Sit quizzes until the storm is over."""
        try:
            while True:
                learner = self.next_learner()
                while not self._sit(learner):
                    pass
        except GivenUp:
            pass
        except Exception as error:
            self.history.surprises.append(f"client ended: {error!r}")
        finally:
            if self._connection is not None:
                self._connection.close()

    def _sit(self, learner: Seated) -> bool:
        """Sit one attempt; return whether there is nothing left to sit."""
        status, headers, _ = self._insist(learner, "/learn/{}/first-module/quiz/start", form=True)
        if status == 422:
            return True
        attempt = int(headers["Location"].split("/attempts/")[1].split("/")[0])
        self.history.started.add(attempt)
        keys = self.keys_of(attempt)
        slots = list(range(1, len(keys) + 1))
        visits = slots + self.chance.choices(slots, k=2)
        self.chance.shuffle(visits)
        known = dict.fromkeys(slots, 0)
        for slot in visits:
            right = self.chance.random() < 0.35
            option = keys[slot - 1] if right else self.chance.choice("abcd")
            known[slot] = self._answer(learner, attempt, slot, known[slot] + 1, option)
            if self.chance.random() < 0.1:
                self._nonsense(learner, attempt, slot, known[slot])
        status, _, _ = self._insist(learner, f"/attempts/{attempt}/submit", form=True)
        if status == 303:
            self.history.submitted.add(attempt)
        else:
            self.history.surprises.append(f"submit of attempt {attempt} was answered {status}")
        self._answer(learner, attempt, 1, known[1] + 1, "a")
        return False

    def _answer(self, learner: Seated, attempt: int, slot: int, sequence: int, option: str) -> int:
        """Save one answer, again until it is answered; return the sequence stored now."""
        path = f"/attempts/{attempt}/items/{slot}/response"
        while True:
            said = self._once(learner, path, {"sequence": sequence, "answer": option})
            outcome = "unknown"
            if said is not None and said[0] < 500:
                outcome = "acknowledged" if said[0] == 200 else "refused"
            self.history.saves.append(Save(attempt, slot, sequence, option, outcome))
            if said is None or outcome == "unknown":
                continue
            reply = json.loads(said[2])
            stored = reply.get("stored") or {"sequence": 0}
            if outcome == "acknowledged" and stored["answer"] != option:
                self.history.surprises.append(
                    f"attempt {attempt}: {option} acknowledged as {reply}"
                )
            return int(stored["sequence"])

    def _nonsense(self, learner: Seated, attempt: int, slot: int, known: int) -> None:
        """Send what no browser of ours would: it has to be refused and never be seen again."""
        bad_slot, sequence, option = self.chance.choice(
            [(slot, known + 1, "z"), (99, 1, "a"), (slot, known + 7, "a"), (slot, 0, "b")]
        )
        path = f"/attempts/{attempt}/items/{bad_slot}/response"
        said = self._once(learner, path, {"sequence": sequence, "answer": option})
        if said is not None and said[0] == 200:
            self.history.surprises.append(f"nonsense was accepted: {path} {sequence} {option}")

    def _insist(
        self, learner: Seated, path: str, form: bool
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send a form until it is answered."""
        while True:
            said = self._once(learner, path.format(learner.enrolment), None)
            if said is not None and said[0] < 500:
                return said

    def _once(
        self, learner: Seated, path: str, body: dict[str, object] | None
    ) -> tuple[int, http.client.HTTPMessage, bytes] | None:
        """Send a request once: a JSON body, or the form's token alone; None when none answered."""
        headers = {"Cookie": learner.cookie, "Accept": "application/json"}
        if body is None:
            data = urlencode({"csrf_token": learner.csrf})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        else:
            data = json.dumps(body)
            headers |= {"Content-Type": "application/json", "X-CSRFToken": learner.csrf}
        connection = self._connect()
        try:
            connection.request("POST", path, data, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return None

    def _connect(self) -> http.client.HTTPConnection:
        """Return the open connection, or a new one as soon as somebody listens."""
        while not self.over.is_set():
            if self._connection is not None and self._connection.sock is not None:
                return self._connection
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                self._connection.connect()
            except OSError:
                self.over.wait(0.02)
        raise GivenUp
