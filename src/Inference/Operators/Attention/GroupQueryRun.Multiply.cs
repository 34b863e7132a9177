using Inference.Kernels.Threading;
using Inference.Operators.MatrixProduct;

namespace Inference.Operators.Attention;

internal readonly unsafe ref partial struct GroupQueryRun
{
    // All scores in memory, for those that are an output; or one query of each head of the group: the heads are the rows of one product.
    private void Multiply(long batch, long group, in GroupQueryStep step, float* keys, float* values, long count)
    {
        long stacked = _s.Rows == 1 ? _s.Group : 1;
        long rows = stacked * _s.Rows;
        long depth = _s.Depth;
        var work = default(WorkCounter);
        long strideQ = _s.Rows == 1 ? depth : _s.QueryRow;
        long strideY = _s.Rows == 1 ? depth : _s.Heads * depth;
        // What one position does not see is not computed.
        long hidden = _s.Rows == 1 && !_context.HasOutput(3) ? Math.Clamp(_mask.Seen(step.Position, step.Length).First - step.First, 0, count) : 0;
        keys += hidden * depth;
        values += hidden * depth;
        count -= hidden;
        for (long h = group * _s.Group; h < (group + 1) * _s.Group; h += stacked)
        {
            float* query = (float*)_context.Input(0).Data + batch * _s.Rows * _s.QueryRow + h * depth;
            float* y = (float*)_context.Output(0).Data + batch * _s.Rows * _s.Heads * depth + h * depth;
            long stride = strideQ;
            if (_form.IsRotary)
            {
                for (long i = 0; i < rows; i++)
                {
                    Rotate(query + i * strideQ, _query + i * depth, batch, step.Position, _s.Rows == 1 ? 0 : i);
                }

                query = _query;
                stride = depth;
            }

            _context.ThrowIfCancelled();
            StridedProduct.Run(query, stride, keys, depth, true, _scores, count, rows, count, depth, _scale, _context.Threads);
            for (long i = 0; i < rows; i++)
            {
                work.Add(4 * count);
                long head = _s.Rows == 1 ? h + i : h;
                Normalize(_scores + i * count, step.First + hidden, count, batch, head, _s.Rows == 1 ? 0 : i, in step);
            }

            StridedProduct.Run(_scores, count, values, depth, false, y, strideY, rows, depth, count, 1f, _context.Threads);
        }
    }

    private void Normalize(float* scores, long from, long count, long batch, long head, long row, in GroupQueryStep step)
    {
        float* kept = null;
        long width = Math.Min(count, _s.Total);
        if (_context.HasOutput(3))
        {
            kept = (float*)_context.Output(3).Data + ((batch * _s.Heads + head) * _s.Rows + row) * _s.Total;
            new Span<float>(kept + width, checked((int)(_s.Total - width))).Clear();
        }

        _mask.Apply(scores, from, count, batch, head, row, step.Position + row, step.Length, _form.ScoresOutput == 1 ? kept : null, width);
        if (_form.ScoresOutput == 2)
        {
            Copy((byte*)scores, (byte*)kept, width * sizeof(float));
        }
    }
}
