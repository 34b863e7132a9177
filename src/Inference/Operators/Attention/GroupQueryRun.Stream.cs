using Inference.Kernels.Attention;

namespace Inference.Operators.Attention;

internal readonly unsafe ref partial struct GroupQueryRun
{
    // Blocks of queries against the blocks of keys that they see, for groups of heads whose keys stand one after the other.
    private void Stream(long batch, long group, long groups, in GroupQueryStep step, float* keys, float* values, long count)
    {
        long depth = _s.Depth;
        long first = group * _s.Group;
        long heads = groups * _s.Group;
        float* query = (float*)_context.Input(0).Data + batch * _s.Rows * _s.QueryRow + first * depth;
        float none = 0f;
        int present = checked((int)_s.Present);
        var a = new AttentionArguments
        {
            Query = query, QueryHeadStride = (nint)depth, QueryStride = (nint)_s.QueryRow,
            Key = keys, KeyHeadStride = (nint)(present * depth), KeyStride = (nint)depth,
            Value = values, ValueHeadStride = (nint)(present * depth), ValueStride = (nint)depth,
            Output = (float*)_context.Output(0).Data + batch * _s.Rows * _s.Heads * depth + first * depth, OutputHeadStride = (nint)depth, OutputStride = (nint)(_s.Heads * depth),
            Batch = 1, Heads = checked((int)heads), KeyHeads = checked((int)groups), QueryLength = checked((int)_s.Rows), KeyLength = checked((int)count),
            HeadSize = checked((int)depth), ValueSize = checked((int)depth), Scale = _scale, Softcap = MathF.Max(_mask.Softcap, 0f),
            Causal = _mask.IsCausal, CausalOffset = checked((int)(step.Position - step.First)), Window = (int)Math.Clamp(_mask.Window, 0, int.MaxValue),
        };
        if (_form.IsRotary)
        {
            for (long h = 0; h < heads; h++)
            {
                for (long i = 0; i < _s.Rows; i++)
                {
                    Rotate(query + h * depth + i * _s.QueryRow, _query + (h * _s.Rows + i) * depth, batch, step.Position, i);
                }
            }

            a.Query = _query;
            a.QueryHeadStride = (nint)(_s.Rows * depth);
            a.QueryStride = (nint)depth;
        }

        if (_mask.Bias is { } bias)
        {
            a.Mask = GroupQueryMask.RowOfBias(bias, batch, first, 0) + step.First;
            a.MaskHeadStride = bias.Dims[1] == 1 ? 0 : (nint)(bias.Dims[2] * bias.Dims[3]);
            a.MaskQueryStride = (nint)bias.Dims[3];
        }

        if (_mask.IsSmooth || _mask.Sinks is not null)
        {
            a.Sinks = _mask.Sinks is { } sinks ? (float*)sinks.Data + first : &none;
            a.SinkHeadStride = _mask.Sinks is null ? 0 : 1;
        }

        _context.ThrowIfCancelled();
        if (_mask.Blocks is not { } layout)
        {
            AttentionF32.Run(in a, _context.Threads);
            return;
        }

        KeyBlocks blocks = layout.OfHeads(first);
        a.Blocks = &blocks;
        AttentionF32.Run(in a, _context.Threads);
        for (long h = 0; h < heads; h++)
        {
            for (long i = 0; i < _s.Rows; i++)
            {
                long seen = Math.Min(step.Position + i + 1, step.Length);
                if (!layout.SeesAny(first + h, step.Position + i, seen))
                {
                    Average(values + h / _s.Group * present * depth, seen, a.Output + h * depth + i * a.OutputStride);
                }
            }
        }
    }

    // Scores that are all the lowest float count alike.
    private void Average(float* values, long count, float* y)
    {
        for (long d = 0; d < _s.Depth; d++)
        {
            double sum = 0;
            for (long j = 0; j < count; j++)
            {
                sum += values[j * _s.Depth + d];
            }

            y[d] = (float)(sum / count);
        }
    }
}
