using Inference.Kernels;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Operators.Scoring;

namespace Inference.Operators.Svm;

/// <summary>K(a, b): linear a·b, polynomial (γ a·b + c)^d, radial e^(−γ‖a−b‖²), sigmoid tanh(γ a·b + c). Float, as ONNX Runtime; powers and e^x by the vector kernels.</summary>
internal sealed unsafe class SvmKernel
{
    // Rows up to which vectors, rather than rows, lie beside each other.
    private const int FewRows = 4;

    private readonly string _kind;
    private readonly float _gamma;
    private readonly float _constant;
    private readonly float _degree;

    // The vectors, and the same beside each other: [columns, _width].
    private readonly float[] _vectors;
    private readonly float[] _beside;
    private readonly int _count;
    private readonly int _columns;
    private readonly nint _width;

    /// <summary>Reads the kernel of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="vectors">[count, columns].</param>
    /// <param name="count">Support vectors; without any the coefficients are those of a linear form, whatever the kernel's name.</param>
    /// <param name="columns">Columns.</param>
    public SvmKernel(Node node, float[] vectors, int count, int columns)
    {
        _kind = node.Attributes.String("kernel_type", "LINEAR");
        if (_kind is not ("LINEAR" or "POLY" or "RBF" or "SIGMOID"))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'kernel_type': expected LINEAR, POLY, RBF or SIGMOID, got '{_kind}'.");
        }

        _kind = count == 0 ? "LINEAR" : _kind;
        float[] parameters = node.Attributes.Floats("kernel_params") ?? [];
        _gamma = parameters.Length > 0 ? parameters[0] : 0;
        _constant = parameters.Length > 1 ? parameters[1] : 0;
        _degree = parameters.Length > 2 ? parameters[2] : 0;
        (_vectors, _count, _columns) = (vectors, count, columns);
        _width = (count + TileLimits.Lanes - 1) / TileLimits.Lanes * TileLimits.Lanes;
        _beside = (long)_width * columns <= Array.MaxLength ? new float[_width * columns]
            : throw new ModelLoadException($"{node.Describe()}: expected at most {Array.MaxLength} elements of support vectors, rounded up to {TileLimits.Lanes} vectors, got {count} vectors of {columns} columns.");
        for (int j = 0; j < count; j++)
        {
            for (int i = 0; i < columns; i++)
            {
                _beside[(i * _width) + j] = vectors[(j * columns) + i];
            }
        }
    }

    /// <summary>Elements that <see cref="Run"/> needs besides.</summary>
    public nint Room => FewRows * _width;

    /// <summary>Writes rows of features as [columns, width] for <see cref="Run"/>.</summary>
    /// <param name="x">The features.</param>
    /// <param name="first">The first row.</param>
    /// <param name="rows">How many, up to <see cref="RowLanes.Most"/>.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="copy">Room for the rows where they are of another type.</param>
    /// <param name="to">[columns, width].</param>
    /// <param name="width"><see cref="RowLanes.Width"/> of the rows.</param>
    /// <returns>The rows one behind the other.</returns>
    public static float* Load(Tensor x, long first, nint rows, int columns, float* copy, float* to, nint width)
    {
        float* from = FeatureRows.Row(x, first, columns, copy);
        for (nint i = 1; from == copy && i < rows; i++)
        {
            FeatureRows.Row(x, first + i, columns, copy + (i * columns));
        }

        RowLanes.Load(from, columns, rows, columns, to, width);
        return from;
    }

    /// <summary>To[j, r] = K(row r, vector j).</summary>
    /// <param name="x">[columns, width]: rows beside each other.</param>
    /// <param name="width">Width of a block of rows.</param>
    /// <param name="rows">Rows that there are.</param>
    /// <param name="row">The rows as they lie in memory.</param>
    /// <param name="room">Memory, <see cref="Room"/> elements.</param>
    /// <param name="to">[count, width].</param>
    public void Run(float* x, nint width, nint rows, float* row, float* room, float* to)
    {
        if (rows > FewRows)
        {
            fixed (float* vectors = _vectors)
            {
                Values(x, width, vectors, _count, to);
            }

            return;
        }

        // Few rows leave lanes without work: there the vectors are beside each other, with the same arithmetic.
        fixed (float* vectors = _beside)
        {
            Values(vectors, _width, row, (int)rows, room);
        }

        for (nint j = 0; j < _count; j++)
        {
            for (nint r = 0; r < rows; r++)
            {
                to[(j * width) + r] = room[(r * _width) + j];
            }
        }
    }

    // To[e, r] = K(what lies in lane r of x, row e of w).
    private void Values(float* x, nint width, float* w, int count, float* to)
    {
        nint all = count * width;
        if (_kind == "RBF")
        {
            RowLanes.Distances(x, width, w, _columns, count, _columns, to);
            Binary.RunScalarRight(BinaryKind.Mul, to, -_gamma, to, all);
            Unary.Run(UnaryFunctions.Exp, to, to, all);
            return;
        }

        RowLanes.Products(x, width, w, _columns, count, _columns, 1f, null, to);
        if (_kind != "LINEAR")
        {
            Binary.RunScalarRight(BinaryKind.Mul, to, _gamma, to, all);
            Binary.RunScalarRight(BinaryKind.Add, to, _constant, to, all);
        }

        if (_kind == "POLY")
        {
            Binary.RunScalarRight(BinaryKind.Pow, to, _degree, to, all);
        }
        else if (_kind == "SIGMOID")
        {
            Unary.Run(UnaryFunctions.Tanh, to, to, all);
        }
    }
}
