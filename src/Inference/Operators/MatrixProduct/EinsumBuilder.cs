using Inference.Operators.Typed;

namespace Inference.Operators.MatrixProduct;

/// <summary>Builds the steps of an einsum: at any time each value's labels are in the output or in another value, and the two values that are cheapest to multiply become one.</summary>
internal sealed class EinsumBuilder(List<EinsumValue> values, string output, EinsumSizes sizes, bool dots)
{
    private readonly List<EinsumStep> _steps = [];
    private readonly int[] _uses = new int[128];
    private long _scratch;

    public EinsumProgram Build()
    {
        for (int i = 0; i < values.Count; i++)
        {
            string distinct = string.Concat(values[i].Labels.Distinct());
            values[i] = distinct.Length == values[i].Labels.Length ? values[i] : Copy(values[i], distinct);
        }

        CountUses();
        for (int i = 0; i < values.Count; i++)
        {
            EinsumValue value = values[i];
            values[i] = Sum(value, value.Among(c => !IsWanted(c, 1)));
        }

        while (values.Count > 1)
        {
            CountUses();
            (EinsumValue a, EinsumValue b) = Cheapest();
            EinsumValue product = Contract(a, b);
            values.Remove(a);
            values.Remove(b);
            values.Add(product);
        }

        Finish(values[0]);
        return new([.. _steps], _scratch);
    }

    // The result is written by the last step, or copied.
    private void Finish(EinsumValue value)
    {
        if (_steps.Count == 0 || value.Labels != output)
        {
            Copy(value, output);
        }

        EinsumStep last = _steps[^1];
        _scratch = last.Target.Offset;
        _steps[^1] = last with { Target = last.Target with { Input = EinsumValue.Output, Offset = 0 } };
    }

    private void CountUses()
    {
        Array.Clear(_uses);
        foreach (EinsumValue value in values)
        {
            foreach (char label in value.Labels)
            {
                _uses[label]++;
            }
        }
    }

    // Whether a label is in the output, or in more values than these.
    private bool IsWanted(char label, int uses) => _uses[label] > uses || output.Contains(label, StringComparison.Ordinal);

    private bool IsWanted(char label, EinsumValue a, EinsumValue b) => IsWanted(label, (a.Has(label) ? 1 : 0) + (b.Has(label) ? 1 : 0));

    private (EinsumValue A, EinsumValue B) Cheapest()
    {
        (EinsumValue, EinsumValue) best = (values[0], values[1]);
        (double Work, double Result) least = (double.MaxValue, 0);
        for (int i = 0; i < values.Count; i++)
        {
            for (int j = i + 1; j < values.Count; j++)
            {
                string all = string.Concat((values[i].Labels + values[j].Labels).Distinct());
                double work = all.Aggregate(1.0, (product, c) => product * sizes[c]);
                double result = all.Where(c => IsWanted(c, values[i], values[j])).Aggregate(1.0, (product, c) => product * sizes[c]);
                if ((work, result).CompareTo(least) < 0)
                {
                    least = (work, result);
                    best = (values[i], values[j]);
                }
            }
        }

        return best;
    }

    private EinsumValue Contract(EinsumValue a, EinsumValue b)
    {
        bool Both(char c) => a.Has(c) && b.Has(c);
        string wanted = string.Concat((a.Labels + b.Labels).Distinct().Where(c => IsWanted(c, a, b)));
        string target = values.Count == 2 ? output : wanted;
        string summed = a.Among(c => Both(c) && !wanted.Contains(c, StringComparison.Ordinal));
        string batch = string.Concat(target.Where(Both));
        string rows = string.Concat(target.Where(c => !b.Has(c)));
        string columns = string.Concat(target.Where(c => !a.Has(c)));
        if (summed.Length == 0)
        {
            return Multiply(a, b, target);
        }

        if (rows.Length > 0 || columns.Length > 0)
        {
            // The columns of the target are its innermost label; a vector is a row.
            bool swap = columns.Length == 0 || (rows.Length > 0 && rows[^1] == target[^1]);
            return swap ? Product(b, a, batch, columns, rows, summed, target) : Product(a, b, batch, rows, columns, summed, target);
        }

        return dots && a.Merged(summed, sizes) == 1 && b.Merged(summed, sizes) == 1 ? Dots(a, b, target, summed) : Sum(Multiply(a, b, a.Labels), summed);
    }

    private EinsumValue Product(EinsumValue a, EinsumValue b, string batch, string rows, string columns, string summed, string wanted)
    {
        // The target as it is wanted, if that is a matrix for each of the batch; else a matrix of each, copied afterwards.
        var target = new EinsumValue(wanted, sizes.Of(wanted), EinsumValue.Scratch);
        if (EinsumMatrix.Of(target, rows, columns, sizes, transposable: false) is not { } matrix)
        {
            target = new(batch + rows + columns, sizes.Of(batch + rows + columns), EinsumValue.Scratch);
            matrix = EinsumMatrix.Of(target, rows, columns, sizes, transposable: false)!.Value;
        }

        // The order of the summed labels in which fewer elements are copied.
        string orderOfB = b.Among(c => summed.Contains(c, StringComparison.Ordinal));
        summed = Copied(a, b, rows, columns, orderOfB) < Copied(a, b, rows, columns, summed) ? orderOfB : summed;
        EinsumMatrix left = Matrix(a, batch, rows, summed);
        EinsumMatrix right = Matrix(b, batch, summed, columns);
        target = Take(target);
        _steps.Add(new(EinsumStepKind.Product, left.Value, target)
        {
            B = right.Value,
            MatrixA = left,
            MatrixB = right,
            TargetStride = matrix.Stride,
            M = sizes.Count(rows),
            N = sizes.Count(columns),
            K = sizes.Count(summed),
            Loop = Loop(batch, left.Value, right.Value, target),
        });
        return target;
    }

    private long Copied(EinsumValue a, EinsumValue b, string rows, string columns, string summed) =>
        (EinsumMatrix.Of(a, rows, summed, sizes) is null ? a.Count : 0) + (EinsumMatrix.Of(b, summed, columns, sizes) is null ? b.Count : 0);

    private EinsumMatrix Matrix(EinsumValue value, string batch, string rows, string columns) =>
        EinsumMatrix.Of(value, rows, columns, sizes) ?? EinsumMatrix.Of(Copy(value, batch + rows + columns), rows, columns, sizes)!.Value;

    private EinsumValue Multiply(EinsumValue a, EinsumValue b, string labels)
    {
        EinsumValue target = Take(new(labels, sizes.Of(labels), EinsumValue.Scratch));
        _steps.Add(new(EinsumStepKind.Multiply, a, target) { B = b, Loop = Loop(labels, a, b) });
        return target;
    }

    private EinsumValue Dots(EinsumValue a, EinsumValue b, string labels, string summed)
    {
        EinsumValue target = Take(new(labels, sizes.Of(labels), EinsumValue.Scratch));
        _steps.Add(new(EinsumStepKind.Dots, a, target) { B = b, K = sizes.Count(summed), Loop = Loop(labels, a, b) });
        return target;
    }

    // One step for each stretch of neighbours.
    private EinsumValue Sum(EinsumValue value, string summed)
    {
        while (summed.Length > 0)
        {
            int end = value.Labels.LastIndexOfAny(summed.ToCharArray()) + 1;
            int start = end - 1;
            while (start > 0 && summed.Contains(value.Labels[start - 1], StringComparison.Ordinal))
            {
                start--;
            }

            string stretch = value.Labels[start..end];
            string rest = value.Labels[..start] + value.Labels[end..];
            EinsumValue target = Take(new(rest, sizes.Of(rest), EinsumValue.Scratch));
            _steps.Add(new(EinsumStepKind.Sum, value, target) { Parts = (sizes.Count(value.Labels[..start]), sizes.Count(stretch), sizes.Count(value.Labels[end..])) });
            summed = string.Concat(summed.Where(c => !stretch.Contains(c, StringComparison.Ordinal)));
            value = target;
        }

        return value;
    }

    private EinsumValue Copy(EinsumValue value, string labels)
    {
        EinsumValue target = Take(new(labels, sizes.Of(labels), EinsumValue.Scratch));
        bool diagonal = value.Labels.Length != labels.Length;
        _steps.Add(new(EinsumStepKind.Copy, value, target)
        {
            Sizes = target.Sizes,
            Strides = [.. labels.Select(value.Stride)],
            Permutation = diagonal ? null : [.. labels.Select(c => value.Labels.IndexOf(c, StringComparison.Ordinal))],
        });
        return target;
    }

    private StridedLoop Loop(string labels, params ReadOnlySpan<EinsumValue> operands)
    {
        long[] dims = sizes.Of(labels);
        StridedLoop loop = StridedLoop.Over(dims);
        foreach (EinsumValue value in operands)
        {
            loop.AddStrides(dims, [.. labels.Select(value.Stride)]);
        }

        loop.Collapse();
        return loop;
    }

    // Gives a value its place in the scratch memory, 64-byte aligned.
    private EinsumValue Take(EinsumValue value)
    {
        EinsumValue placed = value with { Offset = _scratch };
        _scratch += (value.Count + 63) & ~63L;
        return placed;
    }
}
