using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Operators.Scoring;

namespace Inference.Operators.Svm;

/// <summary>K(a, b): linear a·b, polynomial (γ a·b + c)^d, radial e^(−γ‖a−b‖²), sigmoid tanh(γ a·b + c). Float, as ONNX Runtime; powers and e^x by the vector kernels.</summary>
internal sealed unsafe class SvmKernel
{
    private readonly string _kind;
    private readonly float _gamma;
    private readonly float _constant;
    private readonly float _degree;

    /// <summary>Reads the kernel of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="linear">Whether the model has no support vectors: its coefficients are those of a linear form, whatever the kernel's name.</param>
    public SvmKernel(Node node, bool linear)
    {
        _kind = node.Attributes.String("kernel_type", "LINEAR");
        if (_kind is not ("LINEAR" or "POLY" or "RBF" or "SIGMOID"))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'kernel_type': expected LINEAR, POLY, RBF or SIGMOID, got '{_kind}'.");
        }

        _kind = linear ? "LINEAR" : _kind;
        float[] parameters = node.Attributes.Floats("kernel_params") ?? [];
        _gamma = parameters.Length > 0 ? parameters[0] : 0;
        _constant = parameters.Length > 1 ? parameters[1] : 0;
        _degree = parameters.Length > 2 ? parameters[2] : 0;
    }

    /// <summary>Writes rows of features as [columns, width] for <see cref="Run"/>.</summary>
    /// <param name="x">The features.</param>
    /// <param name="first">The first row.</param>
    /// <param name="rows">How many, up to <see cref="RowLanes.Most"/>.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="copy">Room for the rows where they are of another type.</param>
    /// <param name="to">[columns, width].</param>
    /// <param name="width"><see cref="RowLanes.Width"/> of the rows.</param>
    public static void Load(Tensor x, long first, nint rows, int columns, float* copy, float* to, nint width)
    {
        float* from = FeatureRows.Row(x, first, columns, copy);
        for (nint i = 1; from == copy && i < rows; i++)
        {
            FeatureRows.Row(x, first + i, columns, copy + (i * columns));
        }

        RowLanes.Load(from, columns, rows, columns, to, width);
    }

    /// <summary>To[j, r] = K(row r, vector j).</summary>
    /// <param name="x">[columns, width]: rows beside each other.</param>
    /// <param name="width">Width of a block of rows.</param>
    /// <param name="vectors">[count, columns].</param>
    /// <param name="count">Vectors.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="to">[count, width].</param>
    public void Run(float* x, nint width, float* vectors, int count, int columns, float* to)
    {
        nint all = count * width;
        if (_kind == "RBF")
        {
            RowLanes.Distances(x, width, vectors, columns, count, columns, to);
            Binary.RunScalarRight(BinaryKind.Mul, to, -_gamma, to, all);
            Unary.Run(UnaryFunctions.Exp, to, to, all);
            return;
        }

        RowLanes.Products(x, width, vectors, columns, count, columns, 1f, null, to);
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
