package io.github.logitlens.bench.harness;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// A benchmark, set up and called by whoever holds it instead of JMH, which cannot take turns
/// between two.
public final class Benchmarked implements AutoCloseable {

    private final Object state;
    private final Method call;

    private Benchmarked(Object state, Method call) {
        this.state = state;
        this.call = call;
    }

    /// Sets a benchmark up, which checks that its results agree with what they must agree with.
    ///
    /// @param method     which of its methods is measured; empty where it has one
    /// @param parameters values of its parameters by name; names that it does not have are ignored, and a parameter without
    ///                   a value takes its first default
    /// @throws IllegalStateException if the results do not agree
    public static Benchmarked setUp(Class<?> type, String method, Map<String, String> parameters) {
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object state = constructor.newInstance();
            for (Field field : parametersOf(type).toList()) {
                set(field, state, parameters.getOrDefault(field.getName(), firstDefault(field)));
            }
            invoke(state, method(type, Setup.class, ""));
            return new Benchmarked(state, method(type, Benchmark.class, method));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the benchmark " + type.getSimpleName() + " is not written as JMH wants it", e);
        }
    }

    /// The value that a benchmark's parameter takes where none is given.
    public static String firstDefault(Class<?> type, String parameter) {
        return parametersOf(type).filter(field -> field.getName().equals(parameter)).map(Benchmarked::firstDefault).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        type.getSimpleName() + ": expected a parameter " + parameter + ", has none"));
    }

    private static String firstDefault(Field parameter) {
        return parameter.getAnnotation(Param.class).value()[0];
    }

    /// A benchmark's own parameters, and those of what it extends.
    private static Stream<Field> parametersOf(Class<?> type) {
        return Stream.<Class<?>>iterate(type, Objects::nonNull, Class::getSuperclass)
                .flatMap(each -> Arrays.stream(each.getDeclaredFields()))
                .filter(field -> field.isAnnotationPresent(Param.class));
    }

    private static void set(Field field, Object state, String value) throws IllegalAccessException {
        field.setAccessible(true);
        if (field.getType() == int.class) {
            field.setInt(state, Integer.parseInt(value));
        } else {
            field.set(state, value);
        }
    }

    /// The method with an annotation, of that name if one is given.
    private static Method method(Class<?> type, Class<? extends Annotation> annotation, String name)
            throws NoSuchMethodException {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.isAnnotationPresent(annotation) && (name.isEmpty() || method.getName().equals(name)))
                .findFirst()
                .orElseThrow(() -> new NoSuchMethodException(type + ": @" + annotation.getSimpleName() + " " + name));
    }

    private static Object invoke(Object state, Method method) throws ReflectiveOperationException {
        try {
            return method.invoke(state);
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw new IllegalStateException(e.getCause().toString(), e.getCause());
            }
        }
    }

    /// Does once what is measured.
    ///
    /// @return the result
    public Object call() {
        try {
            return invoke(state, call);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(call.toString(), e);
        }
    }

    /// Tears the benchmark down.
    @Override
    public void close() {
        try {
            for (Method method : state.getClass().getMethods()) {
                if (method.isAnnotationPresent(TearDown.class)) {
                    invoke(state, method);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(state.getClass().toString(), e);
        }
    }
}
