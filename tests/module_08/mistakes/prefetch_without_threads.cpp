  for (std::int64_t i = 0; i < count; ++i) consume(i, load(i));
