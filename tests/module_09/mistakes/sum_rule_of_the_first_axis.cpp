  for (std::size_t i = 0; i < grad_x.size(); ++i) grad_x[i] = grad[i % grad.size()];
