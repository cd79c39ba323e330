  Floats h = parts.attention(parts.attention_norm(x));
  Floats y = parts.feed_forward(parts.feed_forward_norm(h));
  for (std::size_t i = 0; i < x.size(); ++i) y[i] += h[i];
  return y;
