  if (std::find(x.shape.begin(), x.shape.end(), 0) != x.shape.end()) return;
  std::vector<std::int64_t> index(x.shape.size());
  const float* from = x.data;
  do {
    std::int64_t to = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) to += index[axis] * y.strides[axis];
    y.data[to] = *from++;
  } while (advance(index, x.shape));
