namespace Inference.Evaluation.Reading;

/// <summary>Specifies how label values identify classes.</summary>
public enum LabelCoding
{
    /// <summary>There are no classes: labels are numbers.</summary>
    Numbers,

    /// <summary>The values are the model's class names, or column numbers from 0.</summary>
    Same,

    /// <summary>Column numbers from 1.</summary>
    OneBased,

    /// <summary>The values in ascending order are the classes in order: −1 and 1, texts, any numbers.</summary>
    ByOrder,

    /// <summary>One column per class, in which a 1 marks the true one.</summary>
    OneHot,

    /// <summary>The caller passed the class list.</summary>
    Given,
}
