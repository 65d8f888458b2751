"""The disk fills up under the running server: nothing is acknowledged that is not there, reading goes on, writing returns."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.events.log import first_broken
from participation.proposals.models import ProposalVersion
from tests.conftest import IN_CI
from tests.faults.client import PATIENCE, Act, Browser, Page
from tests.faults.disks import KINDS, Disk
from tests.faults.house import ROOT, House, Server, prepare, serving

EN = {"locale": "en"}
SENTENCES = {"ko": "지금은 저장할 수 없습니다.", "en": "This cannot be saved right now."}
MOST = 100  # acts until a full disk shows: what SQLite still has at hand is used up first


@pytest.fixture(params=list(KINDS))
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    make, why_not = KINDS[request.param]
    if reason := why_not():
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    with make(tmp_path / "disk") as made:
        yield made


def _proposal(number: int) -> Act:
    return Act("proposal.submit", {"text": f"{number}번째 제안: 시장 앞 길을 더 밝게 해 주세요." + " 밤에도요." * 10})


def _texts(house: House) -> list[str]:
    with house.database() as database, database.reading() as session:
        assert first_broken(session, house.forum_id) is None
        texts = session.query(ProposalVersion.text).order_by(ProposalVersion.id)
        return [text for (text,) in texts if "번째 제안" in text]


class Visit:
    """One resident with a live page, and the same phone over plain HTTP and without script; what was acknowledged."""

    def __init__(self, server: Server, house: House) -> None:
        self.house, self.server = house, server
        first, second, third = house.at_table(1)
        self.page = Page(server.address, house.forum_id, first.cookies, "phone", table=1)
        self.browsers = [
            Browser(server.address, house.forum_id, house.slug, {**person.cookies, **EN}) for person in (second, third)
        ]
        for browser in self.browsers:
            browser.post(Act("no.such_command", {}))
        self.acknowledged: list[str] = []
        self.page.open()

    def close(self) -> None:
        """Close the page and the browsers."""
        self.page.close()
        for browser in self.browsers:
            browser.session.close()

    def act(self, act: Act) -> dict[str, Any]:
        """Over the socket, once."""
        assert self.page.wire is not None
        answer = self.page.wire.call("act", self.page.body(act))
        if answer["ok"]:
            self.acknowledged.append(act.data["text"])
        return answer

    def act_until_refused(self) -> Act:
        """Go on until the disk is full; the act that was refused."""
        for number in range(1, MOST):
            act = _proposal(number)
            answer = self.act(act)
            if not answer["ok"]:
                assert (answer["code"], answer["message"][:15]) == ("unavailable", SENTENCES["ko"])
                return act
        raise AssertionError("the disk never filled up")

    def refused_over_http(self, act: Act) -> None:
        answer = self.browsers[0].post(act)
        assert (answer["status"], answer["code"], answer["ok"]) == (503, "unavailable", False)
        assert answer["message"].startswith(SENTENCES["en"])

    def refused_as_form(self, act: Act) -> None:
        browser = self.browsers[1]
        token = browser.session.get(f"{self.server.address}/live/token", timeout=PATIENCE).json()["csrf_token"]
        url = f"{self.server.address}/forums/{self.house.slug}/do/{act.name}"
        form = {**act.data, "key": act.key, "csrf_token": token}
        answer = browser.session.post(url, data=form, allow_redirects=False, timeout=PATIENCE)
        assert answer.status_code == 503
        assert SENTENCES["en"] in answer.text
        assert act.data["text"] in answer.text, "what was typed is still there"

    def reads(self) -> None:
        """Pages, catch-up and a fresh join are as always."""
        forum = f"/forums/{self.house.slug}"
        since = f"/live/{self.house.forum_id}/since?surface=phone&table=1"
        for path in ("/", "/healthz", "/help", "/sign-in", "/forums", forum, since):
            answer = self.browsers[0].session.get(self.server.address + path, timeout=PATIENCE)
            assert answer.status_code == 200, (path, answer.status_code)
        late = Page(self.server.address, self.house.forum_id, self.house.at_table(1)[0].cookies, "phone", table=1)
        regions = late.open()["regions"]
        assert sum("번째 제안" in region["h"] for region in regions) > 0
        late.close()


def test_a_full_disk_refuses_in_words_and_goes_on_once_there_is_room(disk: Disk) -> None:
    house = prepare(disk.folder)
    with serving(house) as server, closing(Visit(server, house)) as visit:
        assert server._process is not None
        process = server._process.pid
        first = visit.act(_proposal(0))
        assert first["ok"], first
        disk.fill(process)
        refused = visit.act_until_refused()
        over_http, as_form = _proposal(1001), _proposal(1002)
        visit.refused_over_http(over_http)
        visit.refused_as_form(as_form)
        visit.reads()
        assert _texts(house) == visit.acknowledged

        disk.make_room(process)
        assert visit.act(refused)["ok"], "the same act, on the same link, without a restart"
        assert visit.browsers[0].post(over_http)["ok"]
        assert visit.browsers[1].submit(as_form) == 303
        visit.acknowledged += [over_http.data["text"], as_form.data["text"]]
        assert visit.act(_proposal(1003))["ok"]
        assert _texts(house) == visit.acknowledged
        assert "fault at" not in server.log()
        assert "live command failed" not in server.log()
    assert _texts(house) == visit.acknowledged


def test_a_backup_onto_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    house = prepare(tmp_path / "house")
    place = tmp_path / "stick"
    place.mkdir()
    command = ["bash", "-c", 'ulimit -f 100; exec "$@"', "bash", str(ROOT / ".venv" / "bin" / "flask")]
    environment = {"DATA_DIR": str(house.settings.data_dir), "PATH": "/usr/bin:/bin", "LANG": "en_US.UTF-8"}
    done = subprocess.run(
        [*command, "backup", str(place / "evening.tar")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "The backup could not be made. Nothing was left behind" in done.stderr
    assert list(place.iterdir()) == []
