  std::vector<std::int64_t> index(x.shape.size());
  do {
    std::int64_t from = 0, to = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
      from += index[axis] * x.strides[axis];
      to += index[axis] * y.strides[axis];
    }
    y.data[to] = x.data[from];
  } while (advance(index, x.shape));
