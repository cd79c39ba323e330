  attend_kernel<<<s.queries > 64 ? s.queries / 64 : 1, 64, 0, stream>>>(s, q, k, v, y);
