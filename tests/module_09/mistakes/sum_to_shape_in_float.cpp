  const std::size_t missing = grad_shape.size() - shape.size();
  std::vector<std::int64_t> index(grad_shape.size());
  std::fill(result.begin(), result.end(), 0.0F);
  for (const float each : grad) {
    std::int64_t to = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      to = to * shape[axis] + (shape[axis] == 1 ? 0 : index[missing + axis]);
    result[static_cast<std::size_t>(to)] += each;
    advance(index, grad_shape);
  }
