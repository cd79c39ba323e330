  if (std::find(x.shape.begin(), x.shape.end(), 0) != x.shape.end()) return;
  std::vector<std::int64_t> index(x.shape.size());
  float* to = y.data;
  do {
    std::int64_t from = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) from += index[axis] * x.strides[axis];
    *to++ = x.data[from];
  } while (advance(index, x.shape));
