  const std::size_t missing = grad_shape.size() - shape.size();
  std::vector<double> sums(result.size(), 0.0);
  std::vector<std::int64_t> index(grad_shape.size());
  std::size_t i = 0;
  do {
    std::int64_t to = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      to = to * shape[axis] + (shape[axis] == 1 ? 0 : index[missing + axis]);
    sums[static_cast<std::size_t>(to)] += grad[i++];
  } while (advance(index, grad_shape));
  for (std::size_t j = 0; j < sums.size(); ++j) result[j] = static_cast<float>(sums[j]);
