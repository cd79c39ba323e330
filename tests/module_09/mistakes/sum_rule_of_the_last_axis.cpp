  const auto length = static_cast<std::size_t>(shape[axis]);
  for (std::size_t i = 0; i < grad_x.size(); ++i) grad_x[i] = grad[i / length];
