namespace Inference.OnnxRuntime.Tests.Formulas;

/// <summary>A theory that needs Python with NumPy (Debian: python3-numpy); skipped, with the reason, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FormulaTheoryAttribute : TheoryAttribute
{
    public FormulaTheoryAttribute()
    {
        if (FormulaJudge.Python.Interpreter is null)
        {
            Skip = "No python3 with numpy was found (Debian: python3-numpy; or name one in INFERENCE_PYTHON).";
        }
    }
}
