namespace Inference.Optimization.Distillation;

/// <summary>Specifies the loss that a student is trained with.</summary>
public enum StudentLoss
{
    /// <summary>Selected for each of the teacher's outputs: soft labels for columns that are a distribution, or whose indices the labels are; binary cross entropy for one column of probabilities; otherwise squared error of
    /// standardized columns.</summary>
    Auto,

    /// <summary>The squared difference of the outputs.</summary>
    SquaredError,

    /// <summary>Binary cross entropy with the teacher's probability, for one output column; the student ends in Sigmoid.</summary>
    BinaryCrossEntropy,

    /// <summary>Cross entropy with the teacher's softmax over the columns; the student ends in Softmax if the teacher returns probabilities.</summary>
    SoftLabels,
}
