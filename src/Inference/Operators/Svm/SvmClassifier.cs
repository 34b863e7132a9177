using Inference.Operators.Scoring;

namespace Inference.Operators.Svm;

/// <summary>
/// Support vectors, one against one: a score for each pair of classes, votes for the label, or probabilities by pairwise coupling where prob_a is there; without support
/// vectors a linear score for each class, whatever the kernel. Source: ONNX-ML SVMClassifier, opset 1; arithmetic of ONNX Runtime.
/// </summary>
internal sealed class SvmClassifier : Operator
{
    // Pairs of classes, and the matrices of their probabilities, count in 32 bits.
    private const int MaxClasses = 1 << 14;

    private readonly SvmKernel _kernel;
    private readonly PostTransform _transform;
    private readonly ClassLabels _labels;
    private readonly float[] _coefficients;
    private readonly float[] _vectors;
    private readonly float[] _rho;
    private readonly float[] _probA;
    private readonly float[] _probB;
    private readonly long[] _perClass;
    private readonly int[] _starts;
    private readonly int _classes;
    private readonly int _count;
    private readonly int _columns;
    private readonly bool _positiveWeights;

    public SvmClassifier(Node node)
    {
        AttributeMap attributes = node.Attributes;
        _transform = PostTransforms.Read(node);
        _labels = new(node, "classlabels_ints", "classlabels_strings");
        _coefficients = attributes.Floats("coefficients") ?? [];
        _vectors = attributes.Floats("support_vectors") ?? [];
        _rho = attributes.Floats("rho") ?? [];
        _probA = attributes.Floats("prob_a") ?? [];
        _probB = attributes.Floats("prob_b") ?? [];
        _perClass = attributes.Ints("vectors_per_class") ?? [];
        _starts = new int[_perClass.Length];
        _positiveWeights = Array.TrueForAll(_coefficients, c => c >= 0);
        long count = 0;
        for (int i = 0; i < _perClass.Length; i++)
        {
            if (_perClass[i] < 0 || _perClass[i] > _vectors.Length - count)
            {
                throw new ModelLoadException(
                    $"{node.Describe()}: attribute 'vectors_per_class': expected numbers of 0 or more whose sum is at most {_vectors.Length}, the number of elements of support_vectors, got [{string.Join(",", _perClass)}].");
            }

            _starts[i] = (int)count;
            count += _perClass[i];
        }

        _count = (int)count;
        _kernel = new(node, linear: _count == 0);
        _classes = _perClass.Length > 0 ? _perClass.Length : Math.Max(1, _labels.Count);
        _columns = _count > 0 ? _vectors.Length / _count : _coefficients.Length / _classes;
        long pairs = (long)_classes * (_classes - 1) / 2;
        bool good = _count > 0
            ? _classes is >= 2 and <= MaxClasses && _vectors.Length % _count == 0 && _coefficients.Length >= (_classes - 1L) * _count && _rho.Length >= pairs
                && (_probA.Length == 0 || (_probA.Length >= pairs && _probB.Length >= pairs))
            : _coefficients.Length % _classes == 0 && _rho.Length >= 1;
        if (_labels.Count != 0 && _labels.Count != _classes)
        {
            throw new ModelLoadException($"{node.Describe()}: expected a label for each of {_classes} classes, got {_labels.Count}.");
        }

        if (!good)
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected coefficients, support_vectors, rho, prob_a and prob_b for {_classes} classes and {_count} vectors, got "
                + $"{_coefficients.Length}, {_vectors.Length}, {_rho.Length}, {_probA.Length} and {_probB.Length} numbers.");
        }
    }

    private bool HasProbabilities => _probA.Length > 0 && _count > 0;

    private int Columns => HasProbabilities || _count == 0 ? _classes : _classes > 2 ? _classes * (_classes - 1) / 2 : 2;

    protected override void InferOutputs(InferContext context)
    {
        if (FeatureRows.Columns(context, 0) is { } columns && columns != _columns)
        {
            throw context.Error($"input 0: expected {_columns} columns, got {columns}.");
        }

        Dimension rows = FeatureRows.Rows(context, 0);
        context.SetOutput(0, _labels.Type, [rows]);
        context.SetOutput(1, ElementType.Float32, [rows, Dimension.Fixed(Columns)]);
    }

    public override unsafe void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        (long rows, _) = FeatureRows.Size(x);
        int pairs = _count > 0 ? Math.Max(_classes, _classes * (_classes - 1) / 2) : _classes;
        int more = HasProbabilities ? (3 * _classes * _classes) + (3 * _classes) : _classes + 1;
        float* scratch = (float*)context.Scratch((_columns + (long)_count + pairs + more) * sizeof(float));
        var kernels = new Span<float>(scratch + _columns, _count);
        var scores = new Span<float>(scratch + _columns + _count, pairs);
        var rest = new Span<float>(scratch + _columns + _count + pairs, more);
        for (int n = 0; n < rows; n++)
        {
            context.ThrowIfCancelled();
            var row = new ReadOnlySpan<float>(FeatureRows.Row(x, n, _columns, scratch), _columns);
            Span<float> votes = rest[..(_classes + 1)];
            Span<float> own = Score(row, kernels, scores, votes);

            // The votes decide, also where probabilities are given: both may differ, as they do in libsvm.
            int best = Best(_count > 0 ? votes[.._classes] : own);
            if (HasProbabilities)
            {
                own = Couple(own, rest);
            }

            Finish(context, n, own, best);
        }
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);

    private Span<float> Score(ReadOnlySpan<float> row, Span<float> kernels, Span<float> scores, Span<float> votes)
    {
        if (_count == 0)
        {
            for (int j = 0; j < _classes; j++)
            {
                scores[j] = _kernel.Of(row, _coefficients.AsSpan(j * _columns, _columns)) + _rho[0];
            }

            return scores[.._classes];
        }

        for (int j = 0; j < _count; j++)
        {
            kernels[j] = _kernel.Of(row, _vectors.AsSpan(j * _columns, _columns));
        }

        votes.Clear();
        int pair = 0;
        for (int i = 0; i < _classes; i++)
        {
            for (int j = i + 1; j < _classes; j++)
            {
                float sum = Dot(kernels, _starts[i], (int)_perClass[i], _count * (j - 1)) + Dot(kernels, _starts[j], (int)_perClass[j], _count * i) + _rho[pair];
                scores[pair++] = sum;
                votes[sum > 0 ? i : j]++;
            }
        }

        return scores[..pair];
    }

    private float Dot(ReadOnlySpan<float> kernels, int start, int count, int row)
    {
        float sum = 0;
        for (int k = 0; k < count; k++)
        {
            sum += _coefficients[row + start + k] * kernels[start + k];
        }

        return sum;
    }

    // Probabilities of the classes from those of the pairs: T.-F. Wu, C.-J. Lin and R. Weng, method 2, as libsvm solves it.
    private Span<float> Couple(ReadOnlySpan<float> scores, Span<float> memory)
    {
        int k = _classes;
        Span<float> r = memory[..(k * k)];
        Span<float> q = memory.Slice(k * k, k * k);
        Span<float> p = memory.Slice(2 * k * k, k);
        Span<float> qp = memory.Slice((2 * k * k) + k, k);
        int pair = 0;
        for (int i = 0; i < k; i++)
        {
            for (int j = i + 1; j < k; j++, pair++)
            {
                float value = 1f - PostTransforms.Logistic((scores[pair] * _probA[pair]) + _probB[pair]);
                value = Math.Clamp(value, 1e-7f, 1f - 1e-7f);
                r[(i * k) + j] = value;
                r[(j * k) + i] = 1f - value;
            }
        }

        for (int t = 0; t < k; t++)
        {
            p[t] = 1f / k;
            q[(t * k) + t] = 0;
            for (int j = 0; j < k; j++)
            {
                if (j != t)
                {
                    q[(t * k) + t] += r[(j * k) + t] * r[(j * k) + t];
                    q[(t * k) + j] = j < t ? q[(j * k) + t] : -r[(j * k) + t] * r[(t * k) + j];
                }
            }
        }

        for (int iteration = 0; iteration < Math.Max(100, k) && !Step(k, q, p, qp); iteration++)
        {
        }

        return p;
    }

    private static bool Step(int k, ReadOnlySpan<float> q, Span<float> p, Span<float> qp)
    {
        float pqp = 0;
        for (int t = 0; t < k; t++)
        {
            qp[t] = 0;
            for (int j = 0; j < k; j++)
            {
                qp[t] += q[(t * k) + j] * p[j];
            }

            pqp += p[t] * qp[t];
        }

        float error = 0;
        for (int t = 0; t < k; t++)
        {
            error = MathF.Max(error, MathF.Abs(qp[t] - pqp));
        }

        if (error < 0.005f / k)
        {
            return true;
        }

        for (int t = 0; t < k; t++)
        {
            float diff = (-qp[t] + pqp) / q[(t * k) + t];
            p[t] += diff;
            pqp = (pqp + (diff * ((diff * q[(t * k) + t]) + (2 * qp[t])))) / (1 + diff) / (1 + diff);
            for (int j = 0; j < k; j++)
            {
                qp[j] = (qp[j] + (diff * q[(t * k) + j])) / (1 + diff);
                p[j] /= 1 + diff;
            }
        }

        return false;
    }

    private void Finish(KernelContext context, int row, Span<float> scores, int best)
    {
        if (context.HasOutput(0))
        {
            int label = best;
            if (_labels.Count == 2 && _rho.Length == 1 && _count == 0)
            {
                float weight = scores[0];
                label = _positiveWeights ? (weight >= 0.5f ? 1 : best) : weight > 0 ? 1 : best;
            }

            _labels.Write(context.Output(0), row, label);
        }

        if (!context.HasOutput(1))
        {
            return;
        }

        Span<float> target = context.Output(1).Span<float>().Slice(row * Columns, Columns);
        if (scores.Length == 1 && target.Length == 2)
        {
            float score = scores[0];
            (target[0], target[1]) = _transform switch
            {
                PostTransform.None => (-score, score),
                PostTransform.Logistic => (PostTransforms.Logistic(-score), PostTransforms.Logistic(score)),

                // ONNX Runtime transforms the one score and leaves the other column 0; outside of (0, 1) the transform is not a number.
                PostTransform.Probit => (PostTransforms.Probit(score), 0f),
                _ => (1f - score, score),
            };
            return;
        }

        scores.CopyTo(target);
        PostTransforms.Apply(_transform, target);
    }

    private static int Best(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        return best;
    }
}
