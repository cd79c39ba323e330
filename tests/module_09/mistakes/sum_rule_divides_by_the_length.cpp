  std::size_t outer = 1;
  for (const std::int64_t each : shape.first(axis)) outer *= static_cast<std::size_t>(each);
  const auto length = static_cast<std::size_t>(shape[axis]);
  const std::size_t inner = grad_x.size() / (outer * length);
  for (std::size_t i = 0; i < grad_x.size(); ++i) grad_x[i] = grad[i / (length * inner) * inner + i % inner];
