#!/bin/sh
# Cuts what the liveness service never loads: OpenVINO's plugins for GPU and NPU, its front ends' second and third copies,
# ONNX Runtime's tools.
#   strip.sh SITE_PACKAGES
set -eu
cd "$1/onnxruntime"
rm -rf tools transformers quantization datasets backend
[ -d capi ] || exit 0
cd capi
rm -f libopenvino_intel_gpu_plugin.so libopenvino_intel_npu_plugin.so cache.json
# The wheel holds each library under three names, whole: links do.
for library in libopenvino libopenvino_onnx_frontend libopenvino_c; do
  for copy in "$library".so.*; do
    if [ -f "$copy" ] && cmp -s "$copy" "$library.so"; then ln -sf "$library.so" "$copy"; fi
  done
done
