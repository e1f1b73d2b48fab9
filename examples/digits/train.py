"""Train the reader on digits-train.npz and write reader.safetensors beside it.

python train.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from net import train
from safetensors.torch import save_file

HERE = Path(__file__).parent
SEED = 7


def load(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Images as float32 in [0, 1] and labels as int64."""
    with np.load(HERE / f"digits-{name}.npz") as file:
        return file["images"].astype(np.float32) / np.float32(255), file["labels"].astype(np.int64)


def main() -> None:
    torch.set_num_threads(1)
    net = train(*load("train"), seed=SEED)
    save_file(net.state_dict(), HERE / "reader.safetensors")
    images, labels = load("test")
    with torch.no_grad():
        right = net(torch.from_numpy(images)).argmax(1).numpy() == labels
    print(f"accuracy on {len(labels)} test digits: {right.mean():.4f}")


if __name__ == "__main__":
    main()
