  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t axis = 0; axis + 1 < shape.size(); ++axis) strides[axis] = shape[axis + 1];
  return strides;
