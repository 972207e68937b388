#!/bin/sh
# Cuts what the quality service never loads. MediaPipe's models stay, and OpenVINO runs them; MediaPipe's own framework goes,
# so QUALITY_FACES=mediapipe, the reference for development, does not work in the image. Nor does calibration, which needs
# Matplotlib: it is run where the pictures are.
#   strip.sh SITE_PACKAGES
set -eu
cd "$1"
find mediapipe -mindepth 1 -maxdepth 1 ! -name __init__.py ! -name modules -exec rm -rf {} +
: > mediapipe/__init__.py
find mediapipe/modules -type f ! -name '*.tflite' -delete
find mediapipe/modules -name '*.tflite' ! -path '*/face_detection/face_detection_short_range.tflite' \
  ! -path '*/face_landmark/face_landmark.tflite' -delete
find mediapipe -type d -empty -delete
rm -rf sentencepiece sentencepiece.libs sounddevice* _sounddevice* matplotlib mpl_toolkits fontTools fonttools* contourpy* kiwisolver*
cd openvino
rm -rf libs/libopenvino_intel_gpu_plugin.so libs/cache.json libs/libopenvino_intel_npu_plugin.so \
  libs/libopenvino_onnx_frontend* libs/libopenvino_tensorflow_frontend* libs/libopenvino_pytorch_frontend* \
  libs/libopenvino_paddle_frontend* libs/libopenvino_jax_frontend* libs/libopenvino_gguf_frontend* tools include cmake
