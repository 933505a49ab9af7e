"""Where the model runs: settings against what this machine has."""

import ctranslate2
import pytest

from asr import device
from asr.modelfiles import ModelError


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with one GPU, as CTranslate2 reports it."""
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    monkeypatch.setattr(
        ctranslate2, "get_supported_compute_types", lambda _device: {"float32", "float16", "int8_float16"}
    )


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without one."""
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)


@pytest.mark.usefixtures("no_gpu")
def test_auto_is_int8_on_the_processor() -> None:
    chosen = device.choose(threads=8)
    assert chosen == device.Device("cpu", "int8", 8, lanes=2)
    assert chosen.threads_each == 4
    assert device.choose().threads == device.available_cores()
    assert device.choose(threads=1) == device.Device("cpu", "int8", 1, lanes=1)
    assert device.available_cores() >= 1
    assert chosen.max_batch == 8


@pytest.mark.usefixtures("gpu")
def test_auto_is_float16_on_the_gpu() -> None:
    chosen = device.choose(threads=3)
    assert chosen == device.Device("cuda", "float16", 3)
    assert chosen.max_batch == 32


@pytest.mark.usefixtures("gpu")
def test_the_processor_can_be_asked_for_beside_a_gpu() -> None:
    assert device.choose("cpu").device == "cpu"


@pytest.mark.usefixtures("no_gpu")
def test_a_gpu_that_is_not_there_is_explained() -> None:
    with pytest.raises(ModelError, match="no CUDA device is found") as caught:
        device.choose("cuda")
    assert "STENO_DEVICE=cpu" in caught.value.remedies[-1]


def test_an_unknown_device_is_explained() -> None:
    with pytest.raises(ModelError, match="no device 'tpu'"):
        device.choose("tpu")


@pytest.mark.usefixtures("no_gpu")
def test_a_compute_type_that_the_device_lacks_is_explained() -> None:
    with pytest.raises(ModelError, match="cpu cannot compute in 'float61'") as caught:
        device.choose(compute_type="float61")
    assert "float32" in caught.value.remedies[0]
    assert device.choose(compute_type="float32").compute_type == "float32"


@pytest.mark.usefixtures("gpu")
def test_auto_falls_back_to_what_the_device_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctranslate2, "get_supported_compute_types", lambda _device: {"float32"})
    assert device.choose().compute_type == "float32"
