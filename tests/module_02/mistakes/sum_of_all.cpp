  double total = 0;
  std::vector<std::int64_t> index(x.shape.size());
  do {
    std::int64_t from = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) from += index[axis] * x.strides[axis];
    total += x.data[from];
  } while (advance(index, x.shape));
  std::int64_t results = 1;
  for (const std::int64_t length : y.shape) results *= length;
  for (std::int64_t i = 0; i < results; ++i) y.data[i] = static_cast<float>(total);
