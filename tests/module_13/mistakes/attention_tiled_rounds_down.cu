  attention_tiled_kernel<<<s.queries < kQueries ? 1 : s.queries / kQueries, kQueries, 0, stream>>>(s, q, k, v, y);
