using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>One run of grouped-query attention: its inputs, outputs and scratch. Keys outside the window, behind a causal query or in blocks that are not seen are not computed.</summary>
internal readonly unsafe ref partial struct GroupQueryRun
{
    private readonly KernelContext _context;
    private readonly GroupQueryForm _form;
    private readonly GroupQuerySizes _s;
    private readonly GroupQueryMask _mask;
    private readonly float _scale;
    private readonly GroupQueryCache _keyCache;
    private readonly GroupQueryCache _valueCache;
    private readonly float* _scores;
    private readonly float* _query;
    private readonly float* _keys;
    private readonly float* _values;
    private readonly bool _isStreamed;

    private GroupQueryRun(KernelContext context, GroupQueryForm form, in GroupQuerySizes sizes, in GroupQueryMask mask)
    {
        _context = context;
        _form = form;
        _s = sizes;
        _mask = mask;
        _scale = form.Scale != 0 ? form.Scale : 1f / MathF.Sqrt(sizes.Depth);
        _keyCache = new(form.CacheBits, sizes.Depth, context.OptionalInput(form.Scales));
        _valueCache = new(form.CacheBits, sizes.Depth, context.OptionalInput(form.Scales + 1));
        _isStreamed = !context.HasOutput(3) && mask.Window != 0 && (sizes.Rows > 1 || mask.Blocks is not null);
        long keys = form.IsSliding ? sizes.Past + sizes.Fresh : sizes.Present;
        long stacked = Math.Max(sizes.Rows, sizes.Group);
        long queries = (_isStreamed ? sizes.Heads * sizes.Rows : stacked) * sizes.Depth;
        long scores = _isStreamed ? 0 : stacked * keys;
        long cache = keys * sizes.Depth;
        bool apart = form.IsSliding || form.CacheBits != 32;
        bool apartKeys = apart || !context.HasOutput(1);
        bool apartValues = apart || !context.HasOutput(2);
        _scores = (float*)context.Scratch(checked((scores + queries + (apartKeys ? cache : 0) + (apartValues ? cache : 0) + 1) * sizeof(float)));
        _query = _scores + scores;
        _keys = apartKeys ? _query + queries : null;
        _values = apartValues ? _query + queries + (apartKeys ? cache : 0) : null;
    }

    /// <summary>Computes the outputs.</summary>
    public static void Run(KernelContext context, GroupQueryForm form, in GroupQueryMask mask)
    {
        GroupQuerySizes sizes = form.Sizes(context);
        if (sizes.Batch == 0 || sizes.Rows == 0)
        {
            return;
        }

        var run = new GroupQueryRun(context, form, in sizes, in mask);
        for (long b = 0; b < sizes.Batch; b++)
        {
            run.Attend(b);
        }
    }

    private void Attend(long batch)
    {
        long length = Scalars.ToInt64(_context.Input(_form.Lengths), batch) + _form.LengthAddend;
        GroupQueryStep step = Step(batch, length);
        long rows = step.PastRows + _s.Fresh;
        long count = Math.Min(rows, length - step.First);
        // Heads that stand one after the other are attended at once.
        bool together = _isStreamed && _keys is null && _values is null;
        for (long g = 0; g < _s.KeyHeads; g++)
        {
            float* keys = Build(in _keyCache, 3, _keys, KeyAt(batch, g, value: false), in step, batch, g);
            float* values = Build(in _valueCache, 4, _values, KeyAt(batch, g, value: true), in step, batch, g);
            if (!_isStreamed)
            {
                Multiply(batch, g, in step, keys, values, count);
            }
            else if (!together)
            {
                Stream(batch, g, 1, in step, keys, values, count);
            }
            else if (g == _s.KeyHeads - 1)
            {
                long others = g * _s.Present * _s.Depth;
                Stream(batch, 0, _s.KeyHeads, in step, keys - others, values - others, count);
            }
        }
    }

    private GroupQueryStep Step(long batch, long length)
    {
        long end = _form.IsSliding ? long.MaxValue : _s.Present;
        bool counted = _s.IsFirst && !_form.IsSliding;
        if (length <= 0 || length > end || (!counted && (length < _s.Rows || (_s.Fresh > 0 && !_form.IsSliding && length - _s.Rows > _s.Past))) || (_s.Fresh == 0 && length > _s.Past))
        {
            throw _context.Error($"input {_form.Lengths}: expected lengths{(_form.LengthAddend == 1 ? " minus one" : "")} that fit in the {_s.Past} past and {_s.Fresh} new positions, got {length - _form.LengthAddend} for sequence {batch}; the longest is {_s.Total}.");
        }

        if (_mask.Bias is { } bias && (bias.Dims[2] != _s.Rows || bias.Dims[3] < length))
        {
            throw _context.Error($"input 10: expected {_s.Rows} rows of at least {length} keys, got {bias}.");
        }

        if (_mask.Blocks is { } blocks && blocks.Length < Math.Max(length, _s.Total))
        {
            throw _context.Error($"input 5: expected blocks of {blocks.Size} positions that cover {Math.Max(length, _s.Total)}, got {blocks.Rows.Dims[1] - 1}.");
        }

        return _form.IsSliding ? GroupQueryStep.Sliding(in _s, length, _form.Window) : GroupQueryStep.Whole(in _s, length);
    }

    private float* KeyAt(long batch, long head, bool value)
    {
        if (_s.IsPacked)
        {
            return (float*)_context.Input(0).Data + batch * _s.Rows * _s.QueryRow + (_s.Heads + (value ? _s.KeyHeads : 0) + head) * _s.Depth;
        }

        return (float*)_context.Input(value ? 2 : 1).Data + batch * _s.Fresh * _s.KeyRow + head * _s.Depth;
    }

    // Past rows, then fresh ones, in the present itself where that is where they stay.
    private float* Build(in GroupQueryCache cache, int input, float* scratch, float* fresh, in GroupQueryStep step, long batch, long head)
    {
        bool isKey = input == 3;
        long plane = batch * _s.KeyHeads + head;
        long bytes = cache.RowBytes;
        byte* past = step.PastRows == 0 ? null : _context.Input(input).Data + plane * _s.Past * bytes;
        byte* present = _context.HasOutput(isKey ? 1 : 2) ? _context.Output(isKey ? 1 : 2).Data + plane * _s.Present * bytes : null;
        float* rows = scratch is null ? (float*)present : scratch;
        if (cache.IsFloat)
        {
            Copy((byte*)past, (byte*)rows, step.PastRows * bytes);
        }

        for (long i = 0; i < step.PastRows && !cache.IsFloat; i++)
        {
            cache.Load(past + i * bytes, rows + i * _s.Depth, head);
        }

        // Rows that the present gives up stand at the front.
        long dropped = step.PastRows + _s.Fresh - step.Kept;
        long kept = Math.Max(step.PastRows - dropped, 0);
        if (present is not null && present != (byte*)rows)
        {
            Copy(past + (step.PastRows - kept) * bytes, present, kept * bytes);
        }

        for (long i = 0; i < _s.Fresh; i++)
        {
            float* row = rows + (step.PastRows + i) * _s.Depth;
            long place = step.PastRows + i - dropped;
            byte* own = present is null || place < 0 ? null : present + place * bytes;
            Copy((byte*)(fresh + i * _s.KeyRow), (byte*)row, _s.Depth * sizeof(float));
            if (isKey && _form.IsRotary)
            {
                Rotate(row, row, batch, step.Position, i);
            }

            if (!cache.IsFloat)
            {
                cache.Store(row, own, head);
            }
            else if (own is not null)
            {
                Copy((byte*)row, own, bytes);
            }
        }

        Finish(input, present, step.Kept, plane, bytes);

        return rows;
    }

    // What lies behind the sequence's end.
    private void Finish(int input, byte* present, long kept, long plane, long bytes)
    {
        if (present is null)
        {
            return;
        }

        if (_form.KeepsRest)
        {
            Copy(_context.Input(input).Data + (plane * _s.Past + kept) * bytes, present + kept * bytes, (_s.Present - kept) * bytes);
        }
        else
        {
            new Span<byte>(present + kept * bytes, checked((int)((_s.Present - kept) * bytes))).Clear();
        }
    }

    private void Rotate(float* x, float* y, long batch, long first, long row)
    {
        Tensor cos = _context.Input(_form.Cosines);
        Tensor sin = _context.Input(_form.Cosines + 1);
        Tensor? positions = _context.OptionalInput(_form.Positions);

        // Of a prompt's positions the first is read alone, and counts for all sequences.
        long position = positions is null ? first + row : _s.IsFirst ? Scalars.ToInt64(positions) + row : Scalars.ToInt64(positions, batch * positions.Dims[1] + row);
        if ((ulong)position >= (ulong)Math.Min(cos.Dims[0], sin.Dims[0]))
        {
            throw _context.Error($"expected positions in [0, {Math.Min(cos.Dims[0], sin.Dims[0]) - 1}], the rows of the caches of inputs {_form.Cosines} and {_form.Cosines + 1}, got {position}.");
        }

        long half = cos.Dims[1];
        RotaryCore.Rotate(x, y, (float*)cos.Data + position * half, (float*)sin.Data + position * half, 2 * half, _s.Depth, _form.IsInterleaved);
    }

    private static void Copy(byte* source, byte* target, long bytes)
    {
        if (source != target && bytes > 0)
        {
            Buffer.MemoryCopy(source, target, bytes, bytes);
        }
    }
}
