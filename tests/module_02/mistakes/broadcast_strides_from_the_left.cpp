  std::vector<std::int64_t> result(target.size(), 0);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] != 1) result[axis] = strides[axis];
  }
  return result;
