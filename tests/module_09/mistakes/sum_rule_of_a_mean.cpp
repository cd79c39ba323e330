  std::size_t inner = 1;
  for (const std::int64_t length : shape.subspan(axis + 1)) inner *= static_cast<std::size_t>(length);
  const auto length = static_cast<std::size_t>(shape[axis]);
  for (std::size_t i = 0; i < grad_x.size(); ++i) grad_x[i] = grad[i / (length * inner) * inner + i % inner] / static_cast<float>(length);
