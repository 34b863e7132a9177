namespace Inference.Operators.Contract;

/// <summary>
/// A form that constants are prepared in, and the key under which the result is shared: the record's type says what is made and its members all that decides its bytes beside the
/// constant itself. Two forms are one where type and members are equal.
/// </summary>
/// <typeparam name="T">What is made.</typeparam>
internal abstract record PackedForm<T>
    where T : class;
