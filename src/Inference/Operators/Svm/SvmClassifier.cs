using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Scoring;
using Inference.Operators.Typed;

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

        _kernel = new(node, _vectors, _count, _columns);
    }

    private bool HasProbabilities => _probA.Length > 0 && _count > 0;

    // One for each pair of classes, or each class where there are no vectors.
    private int Scores => _count > 0 ? _classes * (_classes - 1) / 2 : _classes;

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
        var body = new Rows(this, x, context.HasOutput(0) ? context.Output(0) : null, context.HasOutput(1) ? context.Output(1) : null);
        ElementRanges.Run(ref body, rows, (int)Math.Min(SvmRegressor.MaxCost, 16 + ((_count + Scores) * (_columns + 4L))), context.Threads);
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);

    // Σ of coefficients times kernel values, of the vectors of one class.
    private unsafe void Sum(float* kernels, nint width, int start, int count, int row, float* coefficients, float bias, float* to) =>
        RowLanes.Products(kernels + (start * width), width, coefficients + ((long)row * _count) + start, 0, 1, count, 1f, &bias, to);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(Tensor? labels, Tensor? output, int row, Span<float> scores, int best)
    {
        if (labels is not null)
        {
            int label = best;
            if (_labels.Count == 2 && _rho.Length == 1 && _count == 0)
            {
                float weight = scores[0];
                label = _positiveWeights ? (weight >= 0.5f ? 1 : best) : weight > 0 ? 1 : best;
            }

            _labels.Write(labels, row, label);
        }

        if (output is null)
        {
            return;
        }

        Span<float> target = output.Span<float>().Slice(row * Columns, Columns);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Best(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        return best;
    }

    // Rows beside each other in vectors as far as their scores; labels and probabilities row by row.
    private readonly unsafe struct Rows(SvmClassifier svm, Tensor x, Tensor? labels, Tensor? output) : IRangeBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(long first, long count)
        {
            (int columns, int classes, int vectorCount, int scoreCount) = (svm._columns, svm._classes, svm._count, svm.Scores);
            int more = svm.HasProbabilities ? (3 * classes * classes) + (3 * classes) : classes;
            nint most = RowLanes.Rows(columns + (long)vectorCount + scoreCount);
            using var copy = new AlignedScratch<float>(x.Type == ElementType.Float32 ? 0 : columns * most);
            using var features = new AlignedScratch<float>(columns * most);
            using var kernels = new AlignedScratch<float>((vectorCount + scoreCount + 1) * most);
            using var room = new AlignedScratch<float>(svm._kernel.Room);
            using var rest = new AlignedScratch<float>(more + (nint)scoreCount);
            float* row = rest.Pointer + more;
            var work = default(WorkCounter);
            fixed (float* coefficients = svm._coefficients)
            {
                nint rows;
                for (long end = first + count; first < end; first += rows)
                {
                    rows = (nint)Math.Min(most, end - first);
                    nint width = RowLanes.Width(rows);
                    work.Add(width * ((vectorCount + scoreCount) * (columns + 4L)) / WorkCounter.MultiplyAdds);
                    float* from = SvmKernel.Load(x, first, rows, columns, copy.Pointer, features.Pointer, width);
                    float* scores = kernels.Pointer + (vectorCount * width);
                    Score(features.Pointer, width, rows, from, room.Pointer, coefficients, kernels.Pointer, scores);
                    for (nint i = 0; i < rows; i++)
                    {
                        work.Add(scoreCount + more);
                        for (int j = 0; j < scoreCount; j++)
                        {
                            row[j] = scores[(j * width) + i];
                        }

                        Row((int)(first + i), new Span<float>(row, scoreCount), new Span<float>(rest.Pointer, more));
                    }
                }
            }
        }

        private void Score(float* features, nint width, nint rows, float* from, float* room, float* coefficients, float* kernels, float* scores)
        {
            if (svm._count == 0)
            {
                for (int j = 0; j < svm._classes; j++)
                {
                    float bias = svm._rho[0];
                    RowLanes.Products(features, width, coefficients + ((long)j * svm._columns), 0, 1, svm._columns, 1f, &bias, scores + (j * width));
                }

                return;
            }

            svm._kernel.Run(features, width, rows, from, room, kernels);
            float* other = scores + (svm.Scores * width);
            for (int i = 0, pair = 0; i < svm._classes; i++)
            {
                for (int j = i + 1; j < svm._classes; j++, pair++, scores += width)
                {
                    svm.Sum(kernels, width, svm._starts[i], (int)svm._perClass[i], j - 1, coefficients, 0f, other);
                    svm.Sum(kernels, width, svm._starts[j], (int)svm._perClass[j], i, coefficients, svm._rho[pair], scores);
                    Binary.Run(BinaryKind.Add, scores, other, scores, width);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Row(int row, Span<float> scores, Span<float> memory)
        {
            // The votes decide, also where probabilities are given: both may differ, as they do in libsvm.
            int best;
            if (svm._count > 0)
            {
                Span<float> votes = memory[..svm._classes];
                votes.Clear();
                for (int i = 0, pair = 0; i < svm._classes; i++)
                {
                    for (int j = i + 1; j < svm._classes; j++)
                    {
                        votes[scores[pair++] > 0 ? i : j]++;
                    }
                }

                best = Best(votes);
            }
            else
            {
                best = Best(scores);
            }

            svm.Finish(labels, output, row, svm.HasProbabilities ? PairCoupling.Run(svm._classes, scores, svm._probA, svm._probB, memory) : scores, best);
        }
    }
}
