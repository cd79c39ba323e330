  std::vector<std::int64_t> strides(grad_shape.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (shape[axis] != 1) strides[axis] = stride;
    stride *= shape[axis];
  }
  std::vector<double> sums(result.size(), 0.0);
  std::vector<std::int64_t> index(grad_shape.size());
  for (const float each : grad) {
    std::int64_t to = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) to += index[axis] * strides[axis];
    sums[static_cast<std::size_t>(to)] += each;
    advance(index, grad_shape);
  }
  for (std::size_t i = 0; i < sums.size(); ++i) result[i] = static_cast<float>(sums[i]);
