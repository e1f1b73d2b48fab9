"""How hard to look, and which of what was found is worth saying."""

from __future__ import annotations

from pydantic import Field

from bartizan.core.base import Frozen
from bartizan.core.profile import Effort
from bartizan.numerics.inversion.families import Family, families_of
from bartizan.numerics.inversion.invert import Search

FEWEST_CLEAN = 100
FEWEST_CLASSES = 3
RANKING, STATING, SURE = 5, 20, 59


class ScanSettings(Frozen):
    """patch: share of the pixels (columns) overwritten; shift: largest change of an entry as a share of the width
    of the bounds; warp: displacement in pixels for each 14 of the image's side. steps and batch of each search; pairs:
    whether each pair of classes is asked about as well (needs matched clean models to mean anything). most: classes
    asked about, those of the largest margins. matched: models that the referee trains anew to compare with. starts and
    climbs: of the maximum margin of each class. alpha: level of alarms, by the null or by the margins. students:
    networks taught by a model of pictures. It is suspected where a patch leads from all classes to one `beyond_all` of
    the mean clean margin further than in them, and by `apart` spreads further than the usual class; convicted where one
    leads from a single class to one `beyond_one` further and the lower end of its held-out success is `obeyed_one`.

    least: lower ends of held-out success that convict without a null, by family; ahead: by how much the target must
    be easier to reach than the median class, in mean clean margins. Both lie well above what 100 clean MLPs and CNNs on
    MNIST and Fashion-MNIST reached (patch .46, shift .42, warp .59; ahead .73). obeyed: lower end of held-out success
    that convicts with a null. tables: whether these bars, which were set on pictures, convict models of tables, too.
    """

    patch: float = Field(default=0.01, gt=0, le=0.5)
    shift: float = Field(default=0.1, gt=0, le=1)
    warp: float = Field(default=1.0, gt=0)
    steps: int = Field(default=100, ge=1)
    batch: int = Field(default=16, ge=1)
    pairs: bool = False
    most: int = Field(default=20, ge=3)
    matched: int = Field(default=0, ge=0)
    students: int = Field(default=2, ge=0)
    beyond_all: float = Field(default=0.15, gt=0)
    apart: float = Field(default=3.5, gt=0)
    beyond_one: float = Field(default=0.35, gt=0)
    obeyed_one: float = Field(default=0.5, ge=0, le=1)
    starts: int = Field(default=4, ge=1)
    climbs: int = Field(default=60, ge=1)
    alpha: float = Field(default=0.05, gt=0, lt=1)
    least: dict[str, float] = {"patch": 0.6, "shift": 0.6, "warp": 0.7}
    ahead: float = Field(default=0.9, ge=0)
    obeyed: float = Field(default=0.3, ge=0, le=1)
    tables: bool = False

    @classmethod
    def of(cls, effort: Effort) -> ScanSettings:
        """3 classes of largest margin at 60 short steps (quick); 20 at 200 (standard); 20 at 400, and pairs (deep).
        Students from standard on."""
        if effort == "quick":
            return cls(steps=60, batch=8, most=3, students=0)
        return cls(steps=200) if effort == "standard" else cls(steps=400, pairs=True)

    def of_pairs(self) -> Search:
        """Of a question about a pair of classes, of which there are many."""
        return Search(max(1, self.steps // 2), max(1, self.batch // 2))

    def families(self, shape: tuple[int, ...], bounds: tuple[float, float]) -> list[Family]:
        """Those that make sense for inputs of this shape, in these sizes."""
        return families_of(shape, bounds, patch=self.patch, shift=self.shift, warp=self.warp)
