  const auto length = static_cast<std::size_t>(shape[axis]);
  const bool last = axis + 1 == shape.size();
  for (std::size_t i = 0; i < grad_x.size(); ++i) grad_x[i] = last ? grad[i / length] : grad[i % grad.size()];
