namespace Inference.TestSupport;

/// <summary>A fact that needs Python with scikit-learn (Debian: python3-sklearn); skipped, with the reason, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonSklearnFactAttribute : FactAttribute
{
    /// <summary>Creates the attribute.</summary>
    public PythonSklearnFactAttribute()
    {
        if (PythonSklearn.Interpreter is null)
        {
            Skip = "No python3 with scikit-learn was found (Debian: python3-sklearn; or name one in INFERENCE_PYTHON).";
        }
    }
}
